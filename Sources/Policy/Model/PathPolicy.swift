// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How a service treats parts of paths that other services read differently.
package struct PathPolicy: Hashable, Sendable {
    package enum Slashes: String, CaseIterable, Sendable {
        /// Empty segments pass, and the rules are also asked about the path without them.
        case keep
        /// They are removed: the service gets the path without them, and only that is decided on.
        case merge
    }

    package enum EncodedSlash: String, CaseIterable, Sendable {
        /// `%2F` passes, and the rules are asked about it as a character and as a slash.
        case keep
        /// A path that contains it is refused.
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
