// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// `Date` as RFC 9110 §5.6.7 wants it, written once a second.
package struct HTTPDate {
    private var second = Int64.min
    private var bytes: [UInt8] = []

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    package init() {}

    /// `Sat, 21 Nov 2026 08:47:12 GMT`.
    package mutating func text(at instant: UTCInstant) -> [UInt8] {
        guard instant.seconds != second else { return bytes }
        second = instant.seconds
        var digits: [UInt8] = []
        UTCInstant(microseconds: max(0, instant.microseconds)).appendRFC3339(to: &digits)
        let days = Int(max(0, second) / 86_400)
        let month = Int(digits[5] - 0x30) * 10 + Int(digits[6] - 0x30)
        bytes.removeAll(keepingCapacity: true)
        bytes += Self.weekdays[days % 7].utf8
        bytes += ", ".utf8
        bytes += digits[8..<10]
        bytes += " \(Self.months[month - 1]) ".utf8
        bytes += digits[0..<4]
        bytes += " ".utf8
        bytes += digits[11..<19]
        bytes += " GMT".utf8
        return bytes
    }
}
