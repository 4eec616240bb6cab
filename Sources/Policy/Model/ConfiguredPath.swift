// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The normal form in which paths are routed, forwarded and recorded.
enum ConfiguredPath {
    /// Whether a configured path has the form that requests are normalised to before routing.
    ///
    /// Any other path could never match, so it is a mistake. A path begins with a slash, has no empty, `.` or `..`
    /// segment before its last, and only characters of RFC 3986 `pchar` without percent-encoding, `;` or
    /// braces.
    static func isCanonical(_ path: some Collection<UInt8>) -> Bool {
        guard path.first == ASCII.slash, path.count <= 1024 else { return false }
        let segments = path.dropFirst()
            .split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for (position, segment) in segments.enumerated() {
            if segment.isEmpty {
                guard position == segments.count - 1 else { return false }
            } else {
                guard isSegment(segment) else { return false }
            }
        }
        return true
    }

    /// Whether a non-empty segment can occur in a canonical path.
    static func isSegment(_ segment: some Collection<UInt8>) -> Bool {
        !segment.allSatisfy { $0 == UInt8(ascii: ".") } && segment.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCII.isLowercase(byte) || ASCII.isUppercase(byte) || ASCII.isDigit(byte)
            || "-._~!$&'()*+,=:@".utf8.contains(byte)
    }
}
