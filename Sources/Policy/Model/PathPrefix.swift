// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The part of the path space that a service owns.
///
/// `/v1` owns `/v1` and everything below `/v1/`, but not `/v1x`; `/v1/` owns only what is below it;
/// `/` owns everything.
package struct PathPrefix: Hashable, Sendable {
    /// Begins with a slash, in canonical form.
    package let text: String
    let bytes: [UInt8]

    /// Everything.
    package static let root = PathPrefix(text: "/")

    private init(text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// The prefix of a canonical path; nil if the text is not one, or is a pattern: see ``ConfiguredPath`` and
    /// ``ForeignPattern``.
    package init?(_ text: some StringProtocol) {
        guard ConfiguredPath.isCanonical(text.utf8), !ForeignPattern.occurs(in: text.utf8) else {
            return nil
        }
        self.init(text: String(text))
    }

    /// How a path relates to a prefix.
    enum Standing {
        case inside
        case outside
        /// Inside except for the case of letters, lookalike letters, a final slash or a format suffix such as
        /// `.json`. An upstream may take it as inside, so the service's rules are asked.
        case lookalike
    }

    func standing(of path: Span<UInt8>) -> Standing {
        let endsInSlash = bytes.last == ASCII.slash
        if path.count >= bytes.count, equals(path) {
            let isWhole = endsInSlash || path.count == bytes.count
            if isWhole || path[bytes.count] == ASCII.slash { return .inside }
            // What follows may still be invisible or a format: see below.
        }
        // `/v1` counts as a lookalike of what `/v1/` owns.
        let name = endsInSlash ? bytes.dropLast() : bytes[...]
        guard let end = Lookalike.end(of: name, at: 0, in: path) else { return .outside }
        let isAlike =
            end == path.count || path[end] == ASCII.slash || Lookalike.isFormat(at: end, in: path)
        return isAlike ? .lookalike : .outside
    }

    private func equals(_ path: Span<UInt8>) -> Bool {
        for at in bytes.indices where path[at] != bytes[at] { return false }
        return true
    }

    /// Whether a template lies wholly inside.
    func contains(_ template: RouteTemplate) -> Bool {
        let prefix = Array(bytes.split(separator: ASCII.slash))
        let literals = template.segments.map(\.literal)
        guard literals.count >= prefix.count else { return false }
        for (literal, segment) in zip(literals, prefix) where literal != Array(segment) {
            return false
        }
        // `/v1/` does not own `/v1`.
        return bytes.last != ASCII.slash || literals.count > prefix.count
    }
}
