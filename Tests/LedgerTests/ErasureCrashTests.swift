// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogFormat
import TestSupport
import Testing

/// Erasures that are cut short, and key files that are put back.
@Suite struct `An erasure that is cut short` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private static let effects: [MemoryStorage.Injection] = [
        .init(.system(5), effect: .nothing), .init(.system(5), effect: .everything),
        .init(.system(5), effect: .firstBytes(7)), .init(.system(5), effect: .firstBytes(80)),
        .init(.system(5), effect: .unsettled), .init(.noSpace, effect: .nothing),
    ]

    private static let survivals: [MemoryStorage.Survival] = [
        .everything, .syncedOnly, .someSectors(seed: 1),
    ]

    private struct Prepared {
        let storage: MemoryStorage
        let ledger: Ledger
        let alice: SubjectKey
        let bob: SubjectKey
        let request: UniqueID
    }

    private func prepared(_ fixture: LedgerFixture) throws -> Prepared {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let alice = try Person.record("alice", in: ledger, fixture)
        let bob = try Person.record("bob", in: ledger, fixture)
        let request = try ledger.requestErasure(of: [alice.id])
        // With `written`, what was acknowledged may be gone after a power cut: here, none of it is.
        while ledger.syncWritten() {}
        ledger.publishApplied()
        return Prepared(
            storage: storage, ledger: ledger, alice: alice, bob: bob, request: request)
    }

    @Test(arguments: [LogDurability.synced, .written])
    func
        `RecordedBeforeDestroyed: cut short at any operation, it is finished by the next start or was never begun`(
            durability: LogDurability
        ) throws
    {
        var fixture = fixture
        fixture.options.durability = durability
        let whole = try prepared(fixture)
        let first = whole.storage.operations.count
        try whole.ledger.bySecondPerson(.erase, whole.request)
        let end = whole.storage.operations.count
        #expect(end - first > 8)
        var (begun, finished) = (0, 0)
        for number in first..<end {
            for (place, effect) in Self.effects.enumerated() {
                let trial = try prepared(fixture)
                // The same operations lead there.
                #expect(trial.storage.operations.count == first)
                trial.storage.inject { at, _, _ in at == number ? effect : nil }
                let outcome = Result { try trial.ledger.bySecondPerson(.erase, trial.request) }
                trial.storage.inject(nil)
                let isTold = if case .success = outcome { true } else { false }
                for survival in Self.survivals {
                    let left = trial.storage.crash(keeping: survival)
                    let isErased = try checked(
                        left, trial, "\(number - first) \(place) \(survival)", fixture)
                    // DurableBeforeAcknowledged, but for what `written` allows.
                    if isTold { #expect(isErased, "\(number - first) \(place) \(survival)") }
                    begun += isErased ? 1 : 0
                    finished += 1
                }
            }
        }
        // Both happen.
        #expect(begun > 0 && begun < finished)
    }

    /// - Returns: whether the log says that the key is destroyed.
    private func checked(
        _ left: MemoryStorage, _ trial: Prepared, _ comment: String, _ fixture: LedgerFixture
    ) throws -> Bool {
        let comment = Comment(rawValue: comment)
        let opened = Result { try fixture.openWithoutThreads(left) }
        guard case .success(let ledger) = opened else {
            Issue.record("\(comment): \(opened)")
            return false
        }
        let records = try privacy(left)
        let isErased = records.contains { $0.action == EventAction.privacyErase.rawValue }
        let image = KeyStoreImage<SubjectSlot>(left.files[.subjects] ?? [])
        #expect(image.faults.isEmpty, comment)
        #expect(image.slots[trial.bob.id]?.slot.state == .live, comment)
        #expect(
            ledger.subjects.known(issuer: Person.issuer, subject: "bob") == trial.bob.id, comment)
        #expect(ledger.privacyStanding.pending.isEmpty, comment)
        if isErased {
            // RecordedBeforeDestroyed, the other way round: what is recorded is destroyed before anybody can ask.
            #expect(image.slots[trial.alice.id]?.slot.state == .destroyed, comment)
            #expect(Person.filesHolding(trial.alice, of: left).isEmpty, comment)
            #expect(left.isSettled(.subjects), comment)
            #expect(
                ledger.subjects.known(issuer: Person.issuer, subject: "alice") == nil, comment)
            let done = records.filter { $0.action == EventAction.privacyEraseDone.rawValue }
            #expect(done.count == 1, comment)
        } else {
            #expect(image.slots[trial.alice.id]?.slot.state == .live, comment)
            #expect(ledger.privacyStanding.requests.map(\.uid) == [trial.request], comment)
        }
        #expect(ledger.close() == nil, comment)
        // Once is enough.
        let again = try fixture.openWithoutThreads(left)
        #expect(again.recovery.revivedKeys == 0, comment)
        #expect(again.close() == nil, comment)
        #expect(try privacy(left).count == records.count, comment)
        return isErased
    }

    @Test(arguments: [false, true], [0, 3])
    func `ErasedStaysErased: an older key file that is put back is pruned before it is used`(
        isClean: Bool, heartbeats: Int
    ) throws {
        let trial = try prepared(fixture)
        trial.ledger.publishApplied()
        let backup = try #require(trial.storage.files[.subjects])
        try trial.ledger.bySecondPerson(.erase, trial.request)
        for _ in 0..<heartbeats {
            _ = try Person.record("bob", in: trial.ledger, fixture)
            trial.ledger.beat()
            trial.ledger.writeWaiting()
        }
        trial.ledger.publishApplied()
        if isClean { #expect(trial.ledger.close() == nil) }
        let left = trial.storage.crash(keeping: .everything)
        left.tamper(.subjects) { $0 = backup }
        #expect(!Person.filesHolding(trial.alice, of: left).isEmpty)
        let ledger = try fixture.open(left)
        #expect(ledger.recovery.revivedKeys == 1)
        #expect(ledger.subjects.known(issuer: Person.issuer, subject: "alice") == nil)
        #expect(Person.filesHolding(trial.alice, of: left).isEmpty)
        #expect(ledger.close() == nil)
        let start = try #require(
            try left.leaves().map { try Record(leaf: $0) }
                .last { $0.action == EventAction.logStart.rawValue })
        #expect(start.value[path: "recovery", "revived_keys"]?.integer == 1)
        #expect(start.severity == .high)
        let again = try fixture.open(left)
        #expect(again.recovery.revivedKeys == 0)
        #expect(again.close() == nil)
    }

    @Test(arguments: [false, true])
    func `ErasedStaysErased: an older copy of the whole log is pruned by what log.state remembers`(
        isStateLost: Bool
    ) throws {
        let trial = try prepared(fixture)
        trial.ledger.publishApplied()
        let backup = trial.storage.crash(keeping: .everything)
        try trial.ledger.bySecondPerson(.erase, trial.request)
        #expect(trial.ledger.close() == nil)
        for file in [LogFile.state, .erased] where !isStateLost {
            let now = try #require(trial.storage.files[file])
            backup.tamper(file) { $0 = now }
        }
        if isStateLost { backup.remove(.state) }
        // The copy is refused, and adopted by somebody.
        #expect(throws: OpenFault.self) { try fixture.open(backup) }
        #expect(!Person.filesHolding(trial.alice, of: backup).isEmpty)
        var adopting = fixture
        adopting.options.adoption = Adoption(reason: "INC-1", user: 1001)
        let ledger = try adopting.open(backup)
        #expect(ledger.recovery.forgottenErasures == (isStateLost ? 0 : 1))
        #expect(ledger.recovery.mayHaveLostErasures == isStateLost)
        #expect(ledger.close() == nil)
        let records = try privacy(backup)
        let erased = records.filter { $0.action == EventAction.privacyErase.rawValue }
        #expect(erased.count == (isStateLost ? 0 : 1))
        // Where nothing remembers it, it is said that nobody knows, and the key is still there.
        #expect(Person.filesHolding(trial.alice, of: backup).isEmpty != isStateLost)
        guard !isStateLost else { return }
        #expect(erased.first?.actor == "system")
        #expect(records.last?.action == EventAction.privacyEraseDone.rawValue)
        let image = KeyStoreImage<SubjectSlot>(backup.files[.subjects] ?? [])
        #expect(image.slots[trial.alice.id]?.slot.state == .destroyed)
        #expect(image.slots[trial.bob.id]?.slot.state == .live)
        let again = try fixture.open(backup)
        #expect(again.recovery.forgottenErasures == 0 && again.recovery.revivedKeys == 0)
        #expect(again.privacyStanding.erasedSubjects == [trial.alice.id])
        #expect(again.close() == nil)
    }

    @Test func `is seen before a log is opened for good, and changes nothing then`() throws {
        let trial = try prepared(fixture)
        trial.ledger.publishApplied()
        let backup = try #require(trial.storage.files[.subjects])
        try trial.ledger.bySecondPerson(.erase, trial.request)
        #expect(trial.ledger.close() == nil)
        trial.storage.tamper(.subjects) { $0 = backup }
        let before = trial.storage.files
        let report = try Ledger.examine(
            OverlaidStorage(trial.storage), signers: [fixture.signer], options: fixture.options,
            randomness: .init(source: .kernel))
        #expect(report.revivedKeys == 1)
        #expect(trial.storage.files == before)
    }

    private func privacy(_ storage: MemoryStorage) throws -> [Record] {
        try storage.leaves().map { try Record(leaf: $0) }
            .filter { $0.action?.hasPrefix("privacy.") == true }
    }
}
