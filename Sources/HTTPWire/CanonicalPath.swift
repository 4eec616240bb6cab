// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A path in the one form that is routed, forwarded and logged.
///
/// What two readers could take for two different paths has no canonical form and is refused: empty
/// and dot segments, encoded dots, slashes, backslashes, control bytes and delimiters, parameters,
/// encoded percent signs that begin another encoding, and what does not decode to UTF-8. What is
/// left is made the same: unreserved characters are decoded, other encodings are in upper case. The
/// canonical form of a canonical path is itself.
package struct CanonicalPath: Hashable, Sendable {
    /// What to do with `%2F`, which some services take for part of a name and others for a slash.
    package enum EncodedSlashes: Sendable {
        case refuse
        /// Leave it as `%2F`; only for routes to services that never decode it to a slash.
        case keep
    }

    /// What a route may want to know about the path that its bytes do not show at a glance.
    package struct Traits: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// It holds `%2F`, which only routes that say so accept.
        package static let encodedSlash = Traits(rawValue: 1)
        /// It holds a character in encoded form that could stand for itself, such as `%3A`.
        ///
        /// RFC 3986 §2.2 keeps both apart, most services do not: rules that name such a character must
        /// compare with this in mind.
        package static let encodedReserved = Traits(rawValue: 2)
    }

    package let bytes: [UInt8]
    package let traits: Traits

    /// The canonical form of `path`, which starts with a slash and has no query.
    package init(
        _ path: some Sequence<UInt8>, encodedSlashes: EncodedSlashes
    ) throws(PathFault) {
        var bytes = Array(path)
        let whole = 0..<bytes.count
        var span = bytes.mutableSpan
        let normal = try PathNormaliser.normalise(
            &span, whole, encodedSlashes: encodedSlashes)
        bytes.removeLast(bytes.count - normal.count)
        self.bytes = bytes
        traits = normal.traits
    }
}

/// Where a path has no canonical form.
package struct PathFault: Error, Hashable, Sendable {
    /// Distance in bytes from the start of the path as it was sent.
    package let offset: Int
}
