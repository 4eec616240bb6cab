// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// What stands between a signed checkpoint and its publication: the place where witnesses are asked.
///
/// Whatever a gate does, the log goes on: records are acknowledged, applied and kept, and
/// checkpoints are added to the journal of checkpoints. Only the file `checkpoint`, which others
/// are given, waits. A gate holds one checkpoint at a time and then gets the newest; those in
/// between are never published.
package protocol CheckpointGate: Sendable {
    /// Asks whether a checkpoint may be published; must return at once.
    ///
    /// - Parameters:
    ///   - note: durable, signed by the log, and in the journal of checkpoints.
    ///   - pass: called at most once, on any thread, with the note to publish, which may carry more
    ///     signatures. If it is never called, neither this checkpoint nor any after it is
    ///     published.
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
