// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Decimal digits as settings have them.
enum WholeNumber {
    /// What ``read(_:)`` takes, in a schema's pattern.
    static let pattern = "(0|[1-9][0-9]*)"

    /// The number, or nil for anything but digits and for one that is too large.
    ///
    /// A leading zero is refused: YAML 1.1 reads such numbers as octal, which may be what the author meant.
    static func read(_ digits: some StringProtocol) throws(Complaint) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        guard digits.utf8.count == 1 || !digits.hasPrefix("0") else {
            let plain = digits.drop { $0 == "0" }
            throw Complaint(
                "`\(digits)` begins with a zero, which some readers of YAML take for an octal number; write `\(plain.isEmpty ? "0" : String(plain))`"
            )
        }
        return Int(digits)
    }
}
