// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SignedNotes

extension LogSnapshot {
    /// Proves one record against the newest checkpoint. The leaf is included as the proof's extra data, so that
    /// the file can be checked with nothing but the log's key.
    ///
    /// The snapshot's log contains the record.
    package func proof(of index: LeafIndex) throws(LogReadFailure) -> TlogProof {
        guard let newest else { throw LogReadFailure(.noCheckpoint, directory) }
        let leaf = try leaf(at: index)
        return TlogProof(
            extra: leaf, inclusion: try inclusion(of: LeafHash(of: leaf), at: index),
            checkpoint: newest)
    }

    /// Shows that a leaf is in the tree of the newest checkpoint, which contains its index.
    ///
    /// Stored hashes that lead from the leaf to the signed root are right, whatever else the files hold. If
    /// they do not, those beyond what is settled are computed from the entries, thousands of them.
    package func inclusion(
        of leaf: LeafHash, at index: LeafIndex
    ) throws(LogReadFailure) -> InclusionProof {
        if let rows = try SnapshotRows(unsettled: self) {
            var reader = LevelHashReader(rows)
            let proof = try InclusionProof(index: index, size: size, reading: &reader)
            if proof.root(of: leaf) == newest?.claim.root { return proof }
        }
        var reader = try hashReader()
        return try InclusionProof(index: index, size: size, reading: &reader)
    }
}
