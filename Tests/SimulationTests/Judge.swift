// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import Merkle
import SignedNotes
import Simulation
import TestSupport
import Testing
import Verification

/// Judges what a fault has left of a log, by `Verification` and by nothing that the ledger says.
///
/// Before anybody opens it: nothing in it contradicts what was signed. After it was opened, used once and closed:
/// everything that was acknowledged is in its place, what was refused is there whole or not at all, and both verdicts are
/// clean but for gaps that the log itself admits.
final class Judge {
    private let fixture: LedgerFixture
    /// Logs that were judged before; many faults leave the same.
    private var judged: Set<Int> = []
    private(set) var count = 0

    init() throws { fixture = try Telling.fixture() }

    func judge(_ left: MemoryStorage, _ told: Told, _ label: String) async throws {
        guard judged.insert(Self.digest(left, told)).inserted else { return }
        count += 1
        if MatrixForm.isFull || count % 4 == 0 { try await judgeUnopened(left, label) }
        let opened = left.crash(keeping: .everything)
        let ledger: Ledger
        do {
            ledger = try fixture.openWithoutThreads(opened)
        } catch {
            Issue.record("\(label): does not open: \(error)")
            return
        }
        guard
            case .recorded = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("\(label): does not go on")
            return
        }
        #expect(ledger.close() == nil, "\(label)")
        try await judgeClosed(opened, told, label)
    }

    private func judgeUnopened(_ left: MemoryStorage, _ label: String) async throws {
        let found = try await InspectedLog(
            left, key: fixture.signer.verifierKey, remembered: left.files[.state])
        for finding in found.concerns
        where [.integrity, .rollback, .disclosure].contains(finding.concern) {
            Issue.record("\(label): before opening: \(finding.text)")
        }
    }

    /// Judges a log that has ended in order.
    func judgeClosed(_ log: MemoryStorage, _ told: Told, _ label: String) async throws {
        let found = try await InspectedLog(
            log, key: fixture.signer.verifierKey, remembered: log.files[.state])
        for finding in found.faults(except: [.admittedGap]) {
            Issue.record("\(label): \(finding.text)")
        }
        var places: [UniqueID: [Int]] = [:]
        for (index, leaf) in found.leaves.enumerated() {
            guard let uid = try Record(leaf: leaf).uid else { continue }
            places[uid, default: []].append(index)
        }
        for (uid, index) in told.acknowledged {
            let isThere = places[uid]?.first == Int(index.value)
            #expect(isThere, "\(label): acknowledged record \(index.value) is not there")
        }
        for uid in told.rejected.union(told.doubtful) {
            let times = places[uid]?.count ?? 0
            // A `started` record gets an outcome of the same uid.
            #expect(times <= 2, "\(label): a refused record is there \(times) times")
        }
    }

    private static func digest(_ storage: MemoryStorage, _ told: Told) -> Int {
        var hasher = Hasher()
        for files in [storage.files, storage.stableFiles] {
            for (file, bytes) in files.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                hasher.combine(file)
                bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
            }
        }
        hasher.combine(told.acknowledged)
        hasher.combine(told.rejected)
        return hasher.finalize()
    }
}
