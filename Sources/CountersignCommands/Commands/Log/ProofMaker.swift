// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import SignedNotes
import Verification

/// Makes proofs of records against the newest checkpoint.
struct ProofMaker {
    private let log: StaticLog

    init(_ log: StaticLog) { self.log = log }

    /// - Parameter leaf: the record's bytes, which the proof carries along.
    func proof(of index: LeafIndex, _ leaf: [UInt8]) throws(CommandFailure) -> TlogProof {
        do throws(LogReadFailure) {
            let inclusion = try log.snapshot.inclusion(of: LeafHash(of: leaf), at: index)
            return TlogProof(extra: leaf, inclusion: inclusion, checkpoint: log.checkpoint)
        } catch {
            throw CommandFailure(error)
        }
    }
}
