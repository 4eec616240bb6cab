// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import Merkle
internal import SignedNotes
package import SystemPackage

/// `verify consistency`: whether one checkpoint file continues another, by the hashes of a log.
package struct ConsistencyRequest: Sendable {
    package var old: FilePath
    package var new: FilePath
    /// A log or tlog-tiles directory that the proof is made from; nil decides equal sizes only.
    package var directory: FilePath?
    package var keys: [String]
    package var policyFile: FilePath?

    package init(
        old: FilePath, new: FilePath, directory: FilePath?, keys: [String], policyFile: FilePath?
    ) {
        self.old = old
        self.new = new
        self.directory = directory
        self.keys = keys
        self.policyFile = policyFile
    }

    /// Runs the check.
    package func run() throws(VerificationFault) -> VerificationRequest.Outcome {
        let check = ConsistencyCheck(
            policy: try TrustPolicy.given(keys: keys, policyFile: policyFile))
        let old = try checkpoint(self.old)
        let new = try checkpoint(self.new)
        guard let directory else {
            return VerificationRequest.Outcome(check.check(old: old, new: new, proof: nil))
        }
        let target = try VerificationTarget(directory)
        do throws(LogReadFailure) {
            switch target {
            case .log(let path):
                let snapshot = try LogSnapshot(directory: path)
                guard new.claim.size <= snapshot.size else { break }
                var reader = try snapshot.hashReader()
                return VerificationRequest.Outcome(
                    try check.check(old: old, new: new, reading: &reader))
            case .tiles(let path):
                return VerificationRequest.Outcome(
                    try self.check(check, old, new, tiles: path))
            case .proof, .records: break
            }
        } catch {
            throw .unreadable(error)
        }
        return VerificationRequest.Outcome(check.check(old: old, new: new, proof: nil))
    }

    private func check(
        _ check: ConsistencyCheck, _ old: UnverifiedCheckpoint, _ new: UnverifiedCheckpoint,
        tiles path: FilePath
    ) throws(LogReadFailure) -> ProofReport {
        // The tiles belong to the new checkpoint or to a later size; partial tiles that were filled since are cut
        // from the full ones.
        var reader = AuthenticatedTileReader(
            size: new.claim.size, root: new.claim.root, source: TilesSource(directory: path))
        do throws(TileReadFault<LogReadFailure>) {
            return try check.check(old: old, new: new, reading: &reader)
        } catch {
            switch error {
            case .source(let failure): throw failure
            case .wrongLength(let tile), .forgedTile(let tile):
                return ProofReport(facts: [], findings: [Finding(.nodeNotInTree, file: tile.path)])
            case .edgeLeadsElsewhere:
                return ProofReport(
                    facts: [],
                    findings: [
                        Finding(
                            .rootMismatch, detail: "the tiles are not those of the new checkpoint")
                    ])
            }
        }
    }

    private func checkpoint(_ path: FilePath) throws(VerificationFault) -> UnverifiedCheckpoint {
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(of: path)
        } catch {
            throw .unreadable(error)
        }
        do throws(CheckpointReadFault) {
            return try UnverifiedCheckpoint(bytes)
        } catch {
            throw .badCheckpoint(path, error)
        }
    }
}
