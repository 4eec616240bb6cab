// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct UTCInstantTests {
    static let known: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (-86_400_000_000, "1969-12-31T00:00:00.000000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"),
        (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
        (1_709_210_096_000_001, "2024-02-29T12:34:56.000001Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (-2_203_977_600_000_000, "1900-02-28T00:00:00.000000Z"),
        (-2_203_891_200_000_000, "1900-03-01T00:00:00.000000Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ]

    @Test(arguments: known)
    func `known instants are written and read exactly`(microseconds: Int64, text: String) {
        #expect(UTCInstant(microseconds: microseconds).rfc3339 == text)
        #expect(UTCInstant(rfc3339: text)?.microseconds == microseconds)
    }

    @Test func `every day of four hundred years comes after the one before`() throws {
        var last = ""
        for day in 0..<146_097 {
            let instant = UTCInstant(microseconds: (Int64(day) - 73_000) * 86_400_000_000)
            let text = instant.rfc3339
            #expect(text > last)
            #expect(UTCInstant(rfc3339: text) == instant)
            last = text
        }
    }

    @Test(arguments: [
        "2026-02-29T00:00:00.000000Z", "2100-02-29T00:00:00.000000Z",
        "1900-02-29T00:00:00.000000Z", "2026-04-31T00:00:00.000000Z",
        "2026-13-01T00:00:00.000000Z", "2026-00-01T00:00:00.000000Z",
        "2026-01-00T00:00:00.000000Z", "2026-01-32T00:00:00.000000Z",
        "2026-01-01T24:00:00.000000Z", "2026-01-01T23:60:00.000000Z",
        "2026-01-01T23:59:60.000000Z", "2026-01-01T00:00:00.00000Z",
        "2026-01-01T00:00:00.0000000Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000z",
        "2026-01-01t00:00:00.000000Z", "2026-01-01 00:00:00.000000Z",
        "2026-01-01T00:00:00,000000Z", "2026-01-01T00:00:00.000000+", "2026-01-01T00:00:00.+00000Z",
        "-026-01-01T00:00:00.000000Z", "", "2026-01-01T00-00:00.000000Z",
    ])
    func `other forms and days that do not exist are refused`(text: String) {
        #expect(UTCInstant(rfc3339: text) == nil)
    }

    @Test func `seconds round down, before 1970 too`() {
        #expect(UTCInstant(microseconds: 1_999_999).seconds == 1)
        #expect(UTCInstant(microseconds: -1).seconds == -1)
        #expect(UTCInstant(microseconds: -1_000_000).seconds == -1)
        #expect(UTCInstant(microseconds: -1_000_001).seconds == -2)
    }
}
