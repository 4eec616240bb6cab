// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The versions spoken here (RFC 9112 §2.3); HTTP/2 has its own codec.
package enum HTTPVersion: UInt8, Comparable, Sendable {
    case http10
    case http11

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

    /// What eight bytes from `at` say.
    enum Reading {
        case known(HTTPVersion)
        /// `HTTP/` digit `.` digit with another major number.
        case unsupported
        case malformed
    }

    static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Reading {
        let at = range.lowerBound
        // `HTTP/1.1`, the first byte lowest.
        if range.count == 8, bytes.word(at: at) == 0x312E_312F_5054_5448 { return .known(.http11) }
        guard range.count == 8, bytes[at] == 0x48, bytes[at + 1] == 0x54, bytes[at + 2] == 0x54,
            bytes[at + 3] == 0x50, bytes[at + 4] == Byte.slash, Byte.isDigit(bytes[at + 5]),
            bytes[at + 6] == Byte.dot, Byte.isDigit(bytes[at + 7])
        else { return .malformed }
        guard bytes[at + 5] == 0x31 else { return .unsupported }
        // An unknown minor version is served as the highest known one (RFC 9110 §2.5).
        return .known(bytes[at + 7] == Byte.zero ? .http10 : .http11)
    }
}
