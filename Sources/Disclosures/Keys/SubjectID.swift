// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The opaque name of a person or tenant in records and on sealed blocks.
///
/// Random, so that it says nothing once the mapping to it is destroyed (record.md §4.3).
package struct SubjectID: Hashable, Sendable {
    private enum Name: Hashable {
        case anonymous
        case tenant
        /// Ten random bytes: 64 bits, then 16.
        case random(UInt64, UInt16)
    }

    private let name: Name

    /// Everybody who showed no credential.
    package static let anonymous = SubjectID(name: .anonymous)

    /// Whoever the services behind the proxy belong to.
    package static let tenant = SubjectID(name: .tenant)

    private init(name: Name) { self.name = name }

    /// A new id for a subject that had none.
    package init(randomness: inout BufferedRandomness) {
        name = .random(
            randomness.word(), UInt16(truncatingIfNeeded: randomness.word()))
    }

    /// Bytes of the longest ``text``.
    package static let longestText = 20

    /// `anonymous`, `tenant`, or `sub_` and 16 characters of Crockford's base 32 in lower case.
    package var text: String {
        switch name {
        case .anonymous: return "anonymous"
        case .tenant: return "tenant"
        case .random(let high, let low):
            var text: [UInt8] = Array("sub_".utf8)
            // 80 bits are 16 groups of five; the 13th spans the two numbers.
            for group in 0..<16 {
                let shift = 75 - 5 * group
                let value =
                    shift >= 16
                    ? high >> UInt64(shift - 16)
                    : high << UInt64(16 - shift) | UInt64(low) >> UInt64(shift)
                text.append(Self.alphabet[Int(value & 31)])
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The id of a text made by ``text``, or nil for any other.
    package init?(_ text: some StringProtocol) {
        switch text {
        case "anonymous": self = .anonymous
        case "tenant": self = .tenant
        default:
            let bytes = Array(text.utf8)
            guard bytes.count == 20, bytes.starts(with: "sub_".utf8) else { return nil }
            var (high, low): (UInt64, UInt16) = (0, 0)
            for symbol in bytes[4...] {
                guard let value = Self.alphabet.firstIndex(of: symbol) else { return nil }
                high = high << 5 | UInt64(low >> 11)
                low = low << 5 | UInt16(value)
            }
            name = .random(high, low)
        }
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
