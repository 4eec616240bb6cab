// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogReading
import Merkle
import Messages
import Server
import SignedNotes

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

extension StaticLog {
    /// Refuses to show anything but what was signed.
    func requireAuthentic(_ records: [(LeafIndex, [UInt8])]) throws(CommandFailure) {
        var authentic = AuthenticLeaves(snapshot)
        for (index, leaf) in records {
            guard try authentic.holds(leaf, at: index) else { throw .notAsSigned([index.value]) }
        }
    }
}

extension AuthenticLeaves {
    /// As ``contain(_:at:)``, with the failure that a command ends in.
    mutating func holds(_ leaf: [UInt8], at index: LeafIndex) throws(CommandFailure) -> Bool {
        do throws(LogReadFailure) {
            return try contain(leaf, at: index)
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// Records that do not lead to the signed root.
    static func notAsSigned(_ indices: [UInt64]) -> CommandFailure {
        let first = indices.prefix(5).map { "\($0)" }.joined(separator: ", ")
        let more = indices.count > 5 ? " and \(indices.count - 5) more" : ""
        return CommandFailure(
            .integrityFailure,
            "the log does not show that it holds what was signed at \(first)\(more): not shown. `countersign verify` says what was changed."
        )
    }
}
