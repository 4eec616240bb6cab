// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What is fuzzed: a reader of untrusted bytes, with properties that must hold whatever the bytes are.
///
/// libFuzzer runs them on inputs of its own, the tests on the corpus and on every input that ever broke one.
/// `Docs/Internals/Fuzzing.md` says what each shows.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// Heads of requests and responses.
    case head
    /// Chunked bodies.
    case chunks
    /// Canonical paths.
    case path
    /// JSON, strict and canonical.
    case json
    /// Tokens, key sets and the fields that carry credentials.
    case token
    /// Signed notes, verifier keys and trust policies.
    case note
    /// Checkpoints, signed and unsigned.
    case checkpoint
    /// Proof files, inclusion and consistency proofs.
    case proof
    /// Configuration and API key files.
    case settings
    /// Queries of the log, and their completion.
    case query

    /// Reads the input and throws if a property does not hold.
    ///
    /// - Returns: whether the reader accepted the input; a seed that is never accepted reaches little code.
    @discardableResult
    package func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        switch self {
        case .head: return try HeadProperties.check(input)
        case .chunks: return try ChunkProperties.check(input)
        case .path: return try PathProperties.check(input)
        case .json: return try JSONProperties.check(input)
        case .token: return try TokenProperties.check(input)
        case .note: return try NoteProperties.check(input)
        case .checkpoint: return try CheckpointProperties.check(input)
        case .proof: return try ProofProperties.check(input)
        case .settings: return try SettingsProperties.check(input)
        case .query: return try QueryProperties.check(input)
        }
    }
}

/// A property that an input has broken.
package struct BrokenProperty: Error, CustomStringConvertible {
    /// What should hold, as a sentence.
    package let property: StaticString

    init(_ property: StaticString) { self.property = property }

    package var description: String { "does not hold: \(property)" }
}

/// Requires a property to hold.
func require(_ holds: Bool, _ property: StaticString) throws(BrokenProperty) {
    guard holds else { throw BrokenProperty(property) }
}
