// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a reader understood of one message, in terms that every reader has.
struct ReadMessage: Equatable {
    /// Method and version, or version and status.
    var start: String
    /// The target as sent, of our reader the canonical one; empty for responses.
    var target = ""
    /// `name: value`, in order.
    var fields: [String]
    /// Whether the reader lets another message follow.
    var keepsAlive: Bool
    var body: [UInt8] = []
    var isComplete = false
}

/// Everything that a reader understood of the bytes of a connection.
struct ReadConnection {
    var messages: [ReadMessage] = []
    /// Why the reader stopped, if it did.
    var fault: String?
    /// A complete answer as our codec writes it anew.
    var written: [UInt8] = []
}
