// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Merkle
internal import SignedNotes
internal import TestSupport
internal import Verification

/// What is checked after starts and in the end.
extension SimulatedWorld {
    /// The world comes to rest: the proxy runs, ends in order, and its log is looked at for good.
    func finish() async throws {
        // What a boot that was poisoned or cut off could not name, only the next start does.
        for _ in 0..<3 {
            if proxy == nil { try await start() }
            guard verdicts.first == nil, let proxy else { return }
            try await close()
            guard verdicts.first == nil else { return }
            if let left = trouble.left {
                crash(left)
            } else if proxy.ledger.status.poisoned != nil {
                vacate()
                disk = disk.crash(keeping: .everything)
            } else {
                break
            }
        }
        try await inspect("in the end")
        outcome.records = watch.leaves.count
    }

    /// Has the verifier read the log, and compares it with what the world knows of it.
    func inspect(_ occasion: String) async throws {
        checkpoints.merge(onlooker.checkpoints) { known, _ in known }
        let newest = checkpoints.max { $0.key < $1.key }
        let log = try await InspectedLog(
            disk, key: fixture.signer.verifierKey, remembered: newest?.value)
        let findings = log.concerns.filter { !isExcused($0) }
        if !findings.isEmpty {
            let texts = findings.map(\.text).joined(separator: "; ")
            verdicts.report("\(occasion), the verifier: \(texts)")
        }
        for (index, hash) in watch.leaves.enumerated()
        where index >= log.leaves.count || LeafHash(of: log.leaves[index]) != hash {
            return verdicts.report("SizeNeverShrinks: \(occasion), durable record \(index) is gone")
        }
        for (index, hash) in acknowledged.sorted(by: { $0.key < $1.key })
        where index >= UInt64(log.leaves.count) || LeafHash(of: log.leaves[Int(index)]) != hash {
            return verdicts.report(
                "DurableBeforeAcknowledged: \(occasion), acknowledged record \(index) is gone")
        }
        try checkLine(log, occasion)
    }

    /// Every checkpoint ever seen is of the one line of trees.
    private func checkLine(_ log: InspectedLog, _ occasion: String) throws {
        let roots = log.roots(at: Set(checkpoints.keys))
        for (size, note) in checkpoints.sorted(by: { $0.key < $1.key }) {
            let claim = try UnverifiedCheckpoint(note).claim
            if roots[size] != claim.root || claim.size.count != size {
                return verdicts.report(
                    "\(occasion), the checkpoint of size \(size) that was seen is not of this log")
            }
        }
    }

    /// What the log itself admits, where there was reason to.
    private func isExcused(_ finding: Finding) -> Bool {
        switch finding.code {
        case .admittedGap: outcome.rejected > 0 || trouble.count > 0
        // Its outcome is among the numbers that the log admits to have lost.
        case .outcomeMissing: outcome.rejected > 0
        case .accessesUnrecorded: unrecordedEver > 0
        default: false
        }
    }
}
