// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SignedNotes

extension LogSnapshot {
    /// Proves one record against the newest checkpoint; the leaf goes along as the proof's extra data, so
    /// that the file can be checked with nothing but the log's key.
    ///
    /// The snapshot's log contains the record.
    package func proof(of index: LeafIndex) throws(LogReadFailure) -> TlogProof {
        guard let newest else { throw LogReadFailure(.noCheckpoint, directory) }
        var reader = try hashReader()
        return TlogProof(
            extra: try leaf(at: index),
            inclusion: try InclusionProof(index: index, size: size, reading: &reader),
            checkpoint: newest)
    }
}
