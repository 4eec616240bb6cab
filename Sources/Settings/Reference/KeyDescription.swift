// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a key means, for people; its form and default are read off the tables that read it.
package struct KeyDescription: Sendable {
    package let meaning: String
    /// As it would be written, without the key; empty for a section, whose keys have their own.
    package let example: String
    /// In the place of a default that depends on other keys.
    package let standard: String?

    init(_ meaning: String, _ example: String = "", standard: String? = nil) {
        self.meaning = meaning
        self.example = example
        self.standard = standard
    }

    /// Of every key, by its path.
    package static let all: [String: KeyDescription] =
        general
        .merging(identity) { first, _ in first }
        .merging(listeners) { first, _ in first }
        .merging(services) { first, _ in first }
}
