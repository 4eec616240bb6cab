// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a service makes of what other services read differently in paths.
package struct PathPolicy: Hashable, Sendable {
    package enum Slashes: String, CaseIterable, Sendable {
        /// Empty segments pass, and the rules are asked for the path without them, too.
        case keep
        /// They are left out: the service gets the path without them, and nothing else is decided on.
        case merge
    }

    package enum EncodedSlash: String, CaseIterable, Sendable {
        /// `%2F` passes, and the rules are asked for it as a character and as a slash.
        case keep
        /// A path that holds it is refused.
        case refuse
    }

    package var slashes: Slashes
    package var encodedSlash: EncodedSlash

    package init(slashes: Slashes, encodedSlash: EncodedSlash) {
        self.slashes = slashes
        self.encodedSlash = encodedSlash
    }

    /// Everything passes.
    package static let keepAll = PathPolicy(slashes: .keep, encodedSlash: .keep)
}
