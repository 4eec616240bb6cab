// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The number of a case, as ticket systems write them: `DSR-2026-117`, `INC0012345`, `#123`, `12345`.
///
/// It stands in a leaf for good, so the forms are those of numbers and leave no room for a name, the first part of an e-mail
/// address, a telephone number or a date of birth: one word of capitals and then digits only. What has another form is sealed as
/// any words are, or refused where nothing can be sealed. A name that somebody writes as a ticket (`MILLER-7`) cannot be told from one.
package struct PrivacyReference: Hashable, Sendable {
    package static let mostBytes = 64

    /// The forms, for people.
    package static let forms =
        "capitals, `-`, `/`, `#` or `:`, and digits (DSR-2026-117, CASE/2026/77), INC0012345, #123, 12345, or a uid"

    package let text: String

    /// A number that somebody writes now.
    ///
    /// - Returns: nil unless it has one of ``forms``.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard (1...Self.mostBytes).contains(bytes.count),
            Self.isPlain(bytes[...]) || Self.isNumbered(bytes[...]) || Self.isWritten(bytes[...])
                || UniqueID(String(text)) != nil
        else { return nil }
        self.text = String(text)
    }

    /// A number as a record has it, which may be of an earlier version: 1 to 64 of `A–Z a–z 0–9 . _ : / # -`, one of them
    /// a digit.
    package init?(recorded text: String) {
        let bytes = Array(text.utf8)
        guard (1...Self.mostBytes).contains(bytes.count),
            bytes.contains(where: Self.isDigit),
            bytes.allSatisfy({
                Self.isDigit($0) || Self.isCapital($0 & 0xDF) || "._:/#-".utf8.contains($0)
            })
        else { return nil }
        self.text = text
    }

    /// `12345` and `#12345`: fewer digits than a telephone number has.
    private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.first == UInt8(ascii: "#") ? bytes.dropFirst() : bytes
        return (1...8).contains(digits.count) && digits.allSatisfy(isDigit)
    }

    /// `INC0012345` and `T1234`: the letters of one system, and digits that no year of birth looks like.
    private static func isNumbered(_ bytes: ArraySlice<UInt8>) -> Bool {
        let word = bytes.prefix(while: isCapital)
        let digits = bytes.dropFirst(word.count)
        guard (1...12).contains(digits.count), digits.allSatisfy(isDigit) else { return false }
        if word.count == 1 { return true }
        guard (2...6).contains(word.count), digits.count >= 5 else { return false }
        return digits.first == UInt8(ascii: "0")
            || systems.contains(String(decoding: word, as: UTF8.self))
    }

    /// What ServiceNow and others like it put before numbers without zeros in front.
    private static let systems: Set<String> = [
        "CASE", "CHG", "CS", "HRC", "INC", "PRB", "REQ", "RITM", "SCTASK", "SIR", "TASK",
    ]

    /// `DSR-2026-117` and `2026/DSR/117`: one word of capitals among numbers, the first or second part.
    private static func isWritten(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(omittingEmptySubsequences: false) { "-/#:".utf8.contains($0) }
        guard (2...5).contains(parts.count) else { return false }
        var word: Int?
        for (place, part) in parts.enumerated() {
            if (1...20).contains(part.count), part.allSatisfy(isDigit) { continue }
            guard word == nil, place < 2, (1...10).contains(part.count),
                part.allSatisfy(isCapital)
            else { return false }
            word = place
        }
        return word.map { $0 < parts.count - 1 } ?? false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}
