// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A month in UTC, such as `2026-11`: what is kept and expires together.
package struct Period: Hashable, Comparable, Sendable {
    /// How many bytes the text has.
    package static let textBytes = 7

    /// Year × 12 + month − 1.
    private let months: Int32

    /// The month of an instant.
    package init(of instant: UTCInstant) {
        var text: [UInt8] = []
        instant.appendRFC3339(to: &text)
        months = Self.months(text[..<Self.textBytes]) ?? 0
    }

    /// The period of a text made by ``text``, or nil for any other.
    package init?(_ text: some Collection<UInt8>) {
        guard let months = Self.months(text) else { return nil }
        self.months = months
    }

    /// `YYYY-MM`.
    package var text: String {
        let (year, month) = months.quotientAndRemainder(dividingBy: 12)
        return digits(year, 4) + "-" + digits(month + 1, 2)
    }

    package static func < (one: Self, other: Self) -> Bool { one.months < other.months }

    private static func months(_ text: some Collection<UInt8>) -> Int32? {
        guard text.count == textBytes else { return nil }
        var numbers: [Int32] = [0, 0]
        for (position, byte) in text.enumerated() {
            if position == 4 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard (0x30...0x39).contains(byte) else { return nil }
                let part = position < 4 ? 0 : 1
                numbers[part] = numbers[part] * 10 + Int32(byte - 0x30)
            }
        }
        guard (1...12).contains(numbers[1]) else { return nil }
        return numbers[0] * 12 + numbers[1] - 1
    }
}

private func digits(_ number: Int32, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
