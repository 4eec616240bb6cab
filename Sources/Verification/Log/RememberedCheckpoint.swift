// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
package import Merkle
package import SignedNotes

/// A checkpoint that was seen earlier and kept apart from the log. It reveals a log that was rolled back or
/// rewritten, even by someone who holds the signing key.
package struct RememberedCheckpoint: Sendable {
    package let checkpoint: UnverifiedCheckpoint

    /// The largest readable checkpoint of a state file: the ledger's, with its two slots, or a file with
    /// one signed note. Nil if there is none.
    package init?(stateFile bytes: [UInt8]) {
        let notes = bytes.contains(0) ? StateSlots.notes(in: bytes) : [bytes]
        let readable = notes.compactMap { note -> UnverifiedCheckpoint? in
            switch Result(catching: { () throws(CheckpointReadFault) in
                try UnverifiedCheckpoint(note)
            }) {
            case .success(let checkpoint): checkpoint
            // A slot that was being written when the machine stopped; the other one is whole.
            case .failure: nil
            }
        }
        guard let largest = readable.max(by: { $0.claim.size < $1.claim.size }) else {
            return nil
        }
        checkpoint = largest
    }

    package var size: TreeSize { checkpoint.claim.size }

    /// Compares a log with what was seen of it.
    ///
    /// - Parameter root: the log's root at the remembered size, computed from its records; nil if they do
    ///   not reach that far.
    func findings(
        origin: LogOrigin?, size: TreeSize, root: RootHash?, policy: TrustPolicy?
    ) -> [Finding] {
        guard checkpoint.claim.origin == origin else {
            return [
                Finding(
                    .rememberedUnreadable,
                    detail: "it is of the log \(checkpoint.claim.origin)")
            ]
        }
        if let policy, case .refused(.invalidSignature) = checkpoint.verify(with: policy) {
            return [Finding(.rememberedUnreadable, detail: "its signature is wrong")]
        }
        guard self.size <= size else {
            return [
                Finding(
                    .olderThanRemembered, file: LogLayout.checkpoint, index: size.nextIndex,
                    detail: "\(size.count) records now, \(self.size.count) then")
            ]
        }
        guard let root, root != checkpoint.claim.root else { return [] }
        return [
            Finding(
                .forked, file: LogLayout.checkpoint,
                detail: "somewhere in the first \(self.size.count) records")
        ]
    }
}
