// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// What stands between a signed checkpoint and its publication: the place where witnesses are asked.
///
/// Whatever a gate does, the log goes on: records are acknowledged, applied and kept, and checkpoints put into the journal of
/// checkpoints. Only the file `checkpoint`, which is what others are given, waits. A gate has one checkpoint at a time, and
/// next the newest; those between are never published.
package protocol CheckpointGate: Sendable {
    /// Asks whether a checkpoint may be published; has to return at once.
    ///
    /// - Parameters:
    ///   - note: durable, signed by the log, and in the journal of checkpoints.
    ///   - pass: called once at most, on any thread, with the note as it is to be published: it may have got more
    ///     signatures. Never called, this checkpoint is not published, nor any after it.
    func ask(
        _ note: [UInt8], of size: TreeSize, pass: @escaping @Sendable (_ note: [UInt8]) -> Void)
}

/// The gate of a log that asks nobody.
package struct OpenGate: CheckpointGate {
    package init() {}

    package func ask(
        _ note: [UInt8], of size: TreeSize, pass: @escaping @Sendable (_ note: [UInt8]) -> Void
    ) {
        pass(note)
    }
}
