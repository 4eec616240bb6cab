// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A path in the one form in which it is routed, forwarded and logged.
///
/// Unreserved characters are decoded (RFC 3986 §6.2.2.2), other encodings are in upper case, what a
/// path may not hold unencoded is encoded, and `.` segments are removed. The canonical form of a
/// canonical path is itself, and to a service it means the same as the path that was sent.
///
/// What leads elsewhere or has no meaning is refused: `..` as a segment, control bytes, encoded or
/// not, and sequences that careless decoders turn into a delimiter.
package struct CanonicalPath: Hashable, Sendable {
    /// Properties of a path that its bytes do not show at a glance.
    package struct Traits: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// That of `OptionSet` is not specialised for this type when another room calls it.
        package func contains(_ other: Self) -> Bool {
            rawValue & other.rawValue == other.rawValue
        }

        /// Some services read it as a different path: it holds parameters, an empty segment, an
        /// encoded delimiter or percent sign, or a segment whose beginning or end some programs cut
        /// off.
        package static let otherReadings = Traits(rawValue: 1)
        /// It holds `%2F`, which is part of a name to some services and a slash to others.
        package static let encodedSlash = Traits(rawValue: 2)
        /// It holds `//`.
        package static let emptySegment = Traits(rawValue: 4)
    }

    package let bytes: [UInt8]
    package let traits: Traits

    /// The canonical form of `path`, which starts with a slash and has no query.
    package init(_ path: some Sequence<UInt8>) throws(PathFault) {
        var bytes = Array(path)
        let (range, traits, _) = try PathNormaliser.normalise(&bytes, 0..<bytes.count)
        self.bytes = Array(bytes[range])
        self.traits = traits
    }
}

/// Where a path fails to have a canonical form.
package struct PathFault: Error, Hashable, Sendable {
    /// Distance in bytes from the start of the path as it was sent.
    package let offset: Int
}
