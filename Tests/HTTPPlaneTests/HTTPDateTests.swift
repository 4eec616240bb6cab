// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPPlane
import Transport
import Testing

@Suite("Dates of answers")
struct HTTPDateTests {
    @Test(
        "A date is written as RFC 9110 wants it",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_250_832, "Sat, 21 Nov 2026 08:47:12 GMT"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] as [(Int64, String)])
    func format(seconds: Int64, text: String) {
        var date = HTTPDate()
        for microseconds in [0, 999_999] as [Int64] {
            let instant = UTCInstant(microseconds: seconds * 1_000_000 + microseconds)
            #expect(String(decoding: date.text(at: instant), as: UTF8.self) == text)
        }
    }
}
