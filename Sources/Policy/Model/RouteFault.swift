// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a route, and at which byte.
package struct RouteFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case missingSlash
        case tooLong
        case emptySegment
        /// Percent-encoding, `;`, a dot segment or another character that a canonical path cannot
        /// hold.
        case notCanonical
        /// `*`, `:name`, `<name>`, `$`: parameters in other software, ordinary characters here.
        case foreignPattern
        /// Braces around only part of a segment.
        case partialParameter
        case badName
        case repeatedName
        case restNotLast
        case unknownMethod
    }

    package var kind: Kind
    /// Offset in bytes from the start of the text.
    package var offset: Int

    package init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// What is wrong, and how to write it.
    package var message: String {
        switch kind {
        case .missingSlash: "a route's path begins with `/`"
        case .tooLong: "a route is longer than 1024 bytes"
        case .emptySegment: "a route has an empty segment (`//`)"
        case .notCanonical:
            "a route's literal segments hold only letters, digits and -._~!$&'()*+,=:@, and are not `.` or `..`"
        case .foreignPattern: ForeignPattern.message
        case .partialParameter: "a parameter takes a whole segment: `/{name}/`"
        case .badName: "a parameter's name is 1 to 64 letters, digits and underscores"
        case .repeatedName: "a parameter's name occurs twice"
        case .restNotLast: "`{name...}` takes all that is left, so it stands only at the end"
        case .unknownMethod: "the method is not one of the registered HTTP methods in upper case"
        }
    }
}
