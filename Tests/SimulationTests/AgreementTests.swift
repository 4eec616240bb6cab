// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogFormat
import Merkle
import SignedNotes
import Simulation
import TestSupport
import Testing
import Verification

/// Opening and verifying judge what is missing in a log by one table, and so alike: what the commit journal holds is
/// restored, all of it, and what it does not hold is a finding of the one and a refusal of the other.
@Suite struct `What is missing in a log` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private static let evidence: [LogFile] = [
        .entries(SegmentNumber(0)), .disclosures(SegmentNumber(0)), .subjects, .periods,
    ]

    enum Cut: CaseIterable {
        case removed
        case emptied
        case toAThird
        case byOneByte
    }

    /// A closed log with values of several subjects, in groups of their own.
    ///
    /// - Parameters:
    ///   - journalBytes: of each file of the commit journal; a small one holds only the newest groups.
    ///   - isKilled: whether it ends without a heartbeat, and is closed by nobody.
    func log(journalBytes: Int? = nil, isKilled: Bool = false) throws -> MemoryStorage {
        var fixture = fixture
        if let journalBytes { fixture.options.commitJournalBytes = journalBytes }
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        for number in 0..<12 {
            var randomness = BufferedRandomness(source: .kernel)
            let draft = fixture.record(
                for: ledger, path: "/invoices/\(number)", stage: .complete,
                subject: ledger.subjects.key(issuer: "https://issuer", subject: "s\(number)"),
                randomness: &randomness)
            _ = try ledger.appendAndWait(draft, tally: .allowed)
            ledger.publishApplied()
        }
        let killed = storage.crash(keeping: .everything)
        #expect(ledger.close() == nil)
        return isKilled ? killed : storage.crash(keeping: .everything)
    }

    func cut(_ file: LogFile, _ cut: Cut, of log: MemoryStorage) {
        if cut == .removed { return log.remove(file) }
        log.tamper(file) { bytes in
            switch cut {
            case .removed, .emptied: bytes = []
            case .toAThird: bytes.removeLast(bytes.count - bytes.count / 3)
            case .byOneByte: bytes.removeLast()
            }
        }
    }

    func removeJournal(of log: MemoryStorage) {
        for number in 0...1 { log.remove(.commits(number)) }
    }

    func inspect(_ log: MemoryStorage) async throws -> InspectedLog {
        try await InspectedLog(
            log, key: fixture.signer.verifierKey, remembered: log.files[.state])
    }

    @Test(arguments: evidence, Cut.allCases)
    func `is restored where the commit journal has it, and noted before`(
        file: LogFile, cut: Cut
    ) async throws {
        let log = try log()
        let before = try #require(log.files[file])
        self.cut(file, cut, of: log)
        let seen = try await inspect(log)
        #expect(seen.concerns.isEmpty, "\(seen.concerns.map(\.text))")
        #expect(seen.report.findings.contains { $0.code == .notYetApplied && $0.file == file.path })

        let ledger = try fixture.openWithoutThreads(log)
        #expect(ledger.recovery.restoredFiles == [file.path ?? ""])
        #expect(ledger.close() == nil)
        #expect(log.files[file]?.prefix(before.count).elementsEqual(before) == true)
        let after = try await inspect(log)
        #expect(after.concerns.isEmpty, "\(after.concerns.map(\.text))")
        let start = try #require(
            try await inspect(log).leaves.map { try Record(leaf: $0) }.last {
                $0.action == "log.start"
            })
        let named = start.value[path: "recovery", "restored_files"]?.array?.compactMap(\.string)
        #expect(named == [file.path ?? ""])
    }

    @Test(arguments: evidence, Cut.allCases)
    func `is a refusal and a finding where nothing has it`(file: LogFile, cut: Cut) async throws {
        let log = try log()
        removeJournal(of: log)
        self.cut(file, cut, of: log)
        let seen = try await inspect(log)
        #expect(!seen.concerns.isEmpty, "verified")
        let files = log.files
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
        #expect(
            fault?.description.contains(file.path ?? "-") == true, "\(fault?.description ?? "")")
        #expect(log.files[file] == files[file], "a refused log is left as it is")
    }

    @Test(arguments: evidence, [Cut.removed, .emptied, .toAThird])
    func `is a refusal and a finding where the commit journal has only the newest of it`(
        file: LogFile, cut: Cut
    ) async throws {
        let log = try log(journalBytes: 8 << 10)
        self.cut(file, cut, of: log)
        let seen = try await inspect(log)
        #expect(seen.concerns.contains { $0.file == file.path }, "\(seen.concerns.map(\.text))")
        let isEvidence = file == .entries(SegmentNumber(0))
        #expect(
            VerificationVerdict(seen.concerns)
                == (isEvidence ? .integrityFailure : .disclosureMismatch))
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
        #expect(fault?.description.contains(file.path ?? "-") == true)
    }

    @Test(arguments: evidence)
    func `is told from what was changed, which is a refusal and a finding`(
        file: LogFile
    ) async throws {
        let log = try log()
        log.tamper(file) { $0[$0.count / 2] ^= 0x20 }
        let seen = try await inspect(log)
        #expect(seen.concerns.contains { $0.code == .journalConflict && $0.file == file.path })
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
        #expect(fault?.description.contains("contradicts the commit journal") == true)
    }

    @Test(arguments: [LogFile.disclosures(SegmentNumber(0)), .subjects, .periods])
    func `is told from what was put behind it, which is a refusal and a finding`(
        file: LogFile
    ) async throws {
        let log = try log()
        log.tamper(file) { $0 += [UInt8](repeating: 7, count: 128) }
        #expect(try await !inspect(log).concerns.isEmpty)
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
    }

    @Test(arguments: [[], [LogFile.subjects, .periods]])
    func `is the secret of the subjects: a refusal and a finding`(
        alsoMissing: [LogFile]
    ) async throws {
        let log = try log()
        for file in [LogFile.directorySecret] + alsoMissing { log.remove(file) }
        let seen = try await inspect(log)
        #expect(seen.concerns.map(\.code) == [.keyFileDamaged])
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
        #expect(fault?.description.contains("keys/directory") == true)
        #expect(log.files[.directorySecret] == nil, "no other is made in its place")
    }

    @Test func `is all keys: withheld from an auditor, and refused to the server`() async throws {
        let log = try log()
        removeJournal(of: log)
        for file in [LogFile.subjects, .periods, .directorySecret] { log.remove(file) }
        let seen = try await inspect(log)
        #expect(seen.concerns.isEmpty)
        #expect(seen.report.disclosures.withheld > 0)
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
    }

    @Test func `is the file checkpoint: published anew from the journal of checkpoints`()
        async throws
    {
        let log = try log()
        let before = log.files[.checkpoint]
        log.remove(.checkpoint)
        let seen = try await inspect(log)
        #expect(seen.concerns.isEmpty)
        #expect(seen.report.findings.contains { $0.code == .notYetPublished })
        let ledger = try fixture.openWithoutThreads(log)
        #expect(before != nil)
        #expect(ledger.close() == nil)
        #expect(log.files[.checkpoint] != nil)
    }

    // MARK: What is remembered

    @Test(arguments: [false, true])
    func `is refused where log.state remembers nothing, and adopted where somebody says so`(
        isThere: Bool
    ) async throws {
        let log = try log()
        if isThere { log.tamper(.state) { $0 = [UInt8](repeating: 0, count: $0.count) } }
        if !isThere { log.remove(.state) }
        let before = log.files
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .rolledBack)
        #expect(fault?.description.contains("countersign log adopt") == true)
        #expect(log.files[.state] == before[.state])
        #expect(log.files[.entries(SegmentNumber(0))] == before[.entries(SegmentNumber(0))])
        try await expectAdoption(of: log, losses: ["state_lost"])
        let states = try await inspect(log).leaves.map { try Record(leaf: $0) }
            .filter { $0.action == "log.start" }
            .map { $0.value[path: "recovery", "state"]?.string }
        #expect(states.compactMap(\.self) == ["missing"])
    }

    @Test func `is refused where log.state is garbled, and adopted where somebody says so`()
        async throws
    {
        let log = try log()
        log.tamper(.state) { $0 = (0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 37 | 1) } }
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        #expect(fault?.code == .damaged)
        #expect(fault?.description.contains("log.state") == true)
        try await expectAdoption(of: log, losses: ["state_lost"])
        #expect(try await inspect(log).concerns.isEmpty)
    }

    @Test
    func `is refused where an older copy was put back, and adopted where nothing newer is left`()
        async throws
    {
        let older = try log()
        let newer = older.crash(keeping: .everything)
        let ledger = try fixture.openWithoutThreads(newer)
        #expect(ledger.close() == nil)
        let seen = try #require(newer.files[.state])
        older.tamper(.state) { $0 = seen }
        let fault = #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(older) }
        #expect(fault?.code == .rolledBack)
        try await expectAdoption(of: older, losses: ["records_lost"])
        // Whoever remembers the lost records is told.
        let found = try await InspectedLog(
            older, key: fixture.signer.verifierKey, remembered: seen)
        #expect(found.concerns.map(\.concern) == [.rollback])
    }

    private func expectAdoption(of log: MemoryStorage, losses: [String]) async throws {
        var fixture = fixture
        fixture.options.adoption = Adoption(reason: "INC-7", user: 1234)
        let ledger = try fixture.openWithoutThreads(log)
        #expect(ledger.recovery.adopted.map(\.rawValue) == losses)
        #expect(ledger.close() == nil)
        let record = try #require(
            try await inspect(log).leaves.map { try Record(leaf: $0) }.last {
                $0.action == "log.adopt"
            })
        #expect(record.value[path: "adopted", "losses"]?.array?.compactMap(\.string) == losses)
        #expect(record.value[path: "change", "ticket"]?.string == "INC-7")
        #expect(record.value[path: "actor", "uid"]?.string == "uid:1234")
        // Once is enough.
        fixture.options.adoption = nil
        let again = try fixture.openWithoutThreads(log)
        #expect(again.close() == nil)
    }

    @Test func `is a gap that the log admits: reported until somebody adopts it, and not after`()
        async throws
    {
        let log = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(log)
        func lose(_ ledger: Ledger) throws {
            log.inject { _, operation, _ in
                operation == .reserve ? .init(.noSpace, effect: .nothing) : nil
            }
            guard
                case .rejected = try ledger.appendAndWait(
                    fixture.record(for: ledger), tally: .allowed)
            else {
                Issue.record("not rejected")
                return
            }
            log.inject(nil)
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        }
        try lose(ledger)
        #expect(ledger.close() == nil)
        #expect(try await inspect(log).concerns.map(\.code) == [.admittedGap])

        // Nothing else is wrong, and nothing else is forgiven: the log is as it was, with a record more.
        let before = try await inspect(log).leaves
        var adopting = fixture
        adopting.options.adoption = Adoption(reason: "INC-1311: the disk was full", user: 1234)
        let adopted = try adopting.openWithoutThreads(log)
        #expect(adopted.recovery.adopted.isEmpty)
        #expect(adopted.close() == nil)
        let seen = try await inspect(log)
        #expect(seen.concerns.isEmpty, "\(seen.concerns.map(\.text))")
        #expect(seen.report.findings.map(\.code).contains(.gapAdopted))
        #expect(Array(seen.leaves.prefix(before.count)) == before)
        let record = try #require(
            try seen.leaves.map { try Record(leaf: $0) }.last { $0.action == "log.adopt" })
        #expect(record.value[path: "adopted", "losses"] == nil)
        #expect(record.value[path: "adopted", "size"]?.integer == Int64(before.count))
        #expect(record.value[path: "change", "ticket"]?.string == "INC-1311: the disk was full")
        #expect(record.value[path: "actor", "issuer"]?.string == "host")

        // What is lost later is another matter.
        let later = try fixture.openWithoutThreads(log)
        try lose(later)
        #expect(later.close() == nil)
        #expect(try await inspect(log).concerns.map(\.code) == [.admittedGap])
    }

    // MARK: Copies and doubt

    @Test func `is what signs the end of a copy: left out, and said`() async throws {
        let log = try log()
        removeJournal(of: log)
        log.remove(.state)
        let (notes, _) = CheckpointJournal.scan(log.files[.checkpointJournal] ?? [])
        try #require(notes.count > 4)
        let kept = notes.prefix(3).map { Array($0) }
        log.tamper(.checkpointJournal) { bytes in
            bytes = []
            for note in kept { CheckpointJournal.append(note, to: &bytes) }
        }
        log.tamper(.checkpoint) { $0 = kept[2] }
        log.tamper(.entries(SegmentNumber(0))) { $0.removeLast(5) }
        let seen = try await inspect(log)
        #expect(seen.concerns.isEmpty, "\(seen.concerns.map(\.text))")
        #expect(seen.report.findings.contains { $0.code == .unsignedRecords })
        let size = seen.report.size.count

        #expect(throws: OpenFault.self) { _ = try fixture.openWithoutThreads(log) }
        var adopting = fixture
        adopting.options.adoption = Adoption(reason: "INC-7", user: 1234)
        let ledger = try adopting.openWithoutThreads(log)
        #expect(ledger.recovery.unsignedRecords > 0)
        #expect(ledger.close() == nil)
        let after = try await inspect(log)
        #expect(after.concerns.isEmpty, "\(after.concerns.map(\.text))")
        #expect(after.report.size.count > size)
    }

    @Test func `ShownOnceDurable: a group is not shown while its sync is under way`() async throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        ledger.publishApplied()
        var shown: [UInt64] = []
        let size = ledger.status.size.count
        storage.inject { _, operation, file in
            // The group's frame is written, its sync is about to begin, and fails.
            guard operation == .sync, case .commits = file else { return nil }
            return .init(.system(5), effect: .nothing)
        }
        guard
            case .poisoned = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
        else {
            Issue.record("not poisoned")
            return
        }
        let seen = try await inspect(storage)
        shown.append(seen.report.size.count)
        #expect(shown == [size])
        #expect(seen.report.verified?.size.count == size)
        #expect(seen.report.findings.contains { $0.code == .notYetDurable })
        _ = ledger.close()
    }
}
