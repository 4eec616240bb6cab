// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Server
import Testing

@Suite struct `The clock of the proxy and its commands` {
    @Test func `reads differently a few milliseconds later, in fractions of a second`() {
        let read = { UTCInstant.now }
        let clock = ContinuousClock()
        var readings: [UTCInstant] = []
        for _ in 0..<20 {
            let start = clock.now
            // Waits for time to pass and for nothing else, which is what is looked at.
            while clock.now - start < .milliseconds(3) {}
            readings.append(read())
        }
        #expect(Set(readings).count == readings.count)
        let fractions = Set(readings.map { $0.microseconds % 1_000_000 })
        #expect(fractions.count > 10)
        #expect(readings.contains { $0.microseconds % 1000 != 0 })
    }
}
