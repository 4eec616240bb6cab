// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Merkle
internal import SignedNotes
internal import TestSupport
internal import Verification

/// What is checked after starts and at the end.
extension SimulatedWorld {
    /// The world comes to rest: the proxy runs, stops cleanly, and its log is checked one last time.
    func finish() async throws {
        // What a poisoned or killed boot could not name, only the next start does.
        for _ in 0..<3 {
            if proxy == nil { try await start() }
            guard verdicts.first == nil, let proxy else { return }
            try await close()
            guard verdicts.first == nil else { return }
            if let (left, survival) = trouble.left {
                crash(left, survival)
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

    /// Verifies the log, and compares it with what the world knows about it.
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

    /// Every checkpoint ever seen belongs to the one sequence of trees.
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

    /// What the log may admit, given what happened.
    private func isExcused(_ finding: Finding) -> Bool {
        switch finding.code {
        case .admittedGap:
            outcome.rejected > 0 || trouble.count > 0 || plan.acknowledgesWritten
        // Its outcome is among the numbers that the log admits to have lost.
        // Or it followed its answer when the queue was full: the next start writes that it is unknown.
        case .outcomeMissing: outcome.rejected > 0 || refused > 0
        case .accessesUnrecorded: unrecordedEver > 0 || plan.acknowledgesWritten
        default: false
        }
    }
}
