// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a `Range` field asks for (RFC 9110 §14).
enum ByteRange: Equatable, Sendable {
    /// Everything: there is no such field, or one that a server may ignore, such as several ranges at once, with which
    /// a small request could ask for a lot.
    case whole
    /// A part that exists.
    case part(Range<Int>)
    /// None of it exists.
    case unsatisfiable

    /// - Parameter length: how many bytes the content has.
    init(_ field: String?, length: Int) {
        guard let field, field.utf8.count <= 64,
            let equals = field.firstIndex(of: "="), field[..<equals].lowercased() == "bytes"
        else {
            self = .whole
            return
        }
        let ends = field[field.index(after: equals)...]
            .split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            self = .whole
            return
        }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (nil, nil): self = .whole
        case (nil, let last?):
            // The last n bytes; an unreadable start is not the same as a missing one.
            guard ends[0].isEmpty else {
                self = .whole
                return
            }
            self = last > 0 && length > 0 ? .part(max(0, length - last)..<length) : .unsatisfiable
        case (let first?, let last):
            guard last != nil || ends[1].isEmpty, last ?? first >= first else {
                self = .whole
                return
            }
            self =
                first < length
                ? .part(first..<min(last ?? length, length - 1) + 1) : .unsatisfiable
        }
    }

    /// Digits only; a number that does not fit counts as the largest, which is beyond the end of any content.
    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits) ?? .max
    }
}
