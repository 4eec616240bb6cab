// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct InstantTextTests {
    private func text(_ instant: InstantText) -> String {
        var bytes = [UInt8](repeating: 0, count: 27)
        bytes.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { instant.store(to: start) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `whatever it was before, it is the text of its instant`() {
        // Within a second, over its end, back, far away and before 1970.
        let steps: [Int64] = [
            0, 1, 999_998, 1, 1, -1, -1_000_000, 86_400_000_000, 5, -2_000_000_000_000_000, 1,
            999_999, 1, -1,
        ]
        var now: Int64 = 1_795_250_832_000_000
        var moving = InstantText(UTCInstant(microseconds: now))
        // Down to the third century; the text has no years before the first.
        for _ in 0..<30 {
            for step in steps {
                now += step
                let instant = UTCInstant(microseconds: now)
                moving.move(to: instant)
                #expect(text(moving) == instant.rfc3339)
                #expect(text(InstantText(instant)) == instant.rfc3339)
            }
        }
    }

    private func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.span.holdsSameBytes(as: other.span)
    }

    @Test func `spans are equal where their bytes are`() {
        for length in 0..<40 {
            let one = (0..<UInt8(length)).map { $0 &* 7 }
            #expect(areEqual(one, Array(one)))
            #expect(!areEqual(one, one + [0]))
            for place in one.indices {
                var other = one
                other[place] ^= 0x80
                #expect(!areEqual(one, other))
            }
        }
    }
}
