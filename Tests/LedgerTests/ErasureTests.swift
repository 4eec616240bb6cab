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

/// Erasing, expiring and holding back, through the ledger's own turn.
@Suite struct `An erasure` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    @Test(arguments: [LogDurability.synced, .written])
    func `is recorded, destroys the key wherever it lies, and is recorded as done`(
        durability: LogDurability
    ) throws {
        var fixture = fixture
        fixture.options.durability = durability
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let alice = try Person.record("alice", in: ledger, fixture)
        let bob = try Person.record("bob", in: ledger, fixture)
        try ledger.erase([alice.id])
        #expect(alice.isDestroyed && !bob.isDestroyed)
        // Whoever comes back is somebody new.
        let returned = try Person.record("alice", in: ledger, fixture)
        #expect(returned.id != alice.id)
        #expect(ledger.subjects.known(issuer: Person.issuer, subject: "bob") == bob.id)
        #expect(ledger.close() == nil)
        let image = KeyStoreImage<SubjectSlot>(storage.files[.subjects] ?? [])
        #expect(image.faults.isEmpty)
        #expect(image.slots[alice.id]?.slot.state == .destroyed)
        #expect(image.slots[bob.id]?.slot.state == .live)
        #expect(Person.filesHolding(alice, of: storage).isEmpty)
        #expect(
            try actions(storage) == [
                .privacyRequest, .privacyApprove, .privacyErase, .privacyEraseDone,
            ])
        let erase = try #require(
            try privacy(storage).first { $0.action == EventAction.privacyErase.rawValue })
        #expect(erase.value[path: "erase", "subjects"] == .array([.string(alice.id.text)]))
        #expect(
            erase.value[path: "privacy", "approvers"]
                == .array([.string("uid:1001"), .string("uid:1002")]))
        #expect(erase.value[path: "privacy", "reference"]?.string == "DSR-7")
        let done = try #require(try privacy(storage).last)
        #expect(done.value[path: "privacy", "about"]?.string == erase.uid?.text)
        for record in try privacy(storage) { #expect(record.faults.isEmpty) }
        let again = try fixture.open(storage)
        #expect(again.recovery.revivedKeys == 0)
        #expect(again.subjects.known(issuer: Person.issuer, subject: "alice") == returned.id)
        #expect(again.close() == nil)
        #expect(try actions(storage).count == 4)
    }

    @Test
    func `HoldsBindAtExecution: is refused while anything of it is held, whenever that was placed`()
        throws
    {
        let ledger = try fixture.open(MemoryStorage())
        let alice = try Person.record("alice", in: ledger, fixture)
        let request = try ledger.requestErasure(of: [alice.id])
        let hold = try ledger.carryOut(
            PrivacyFacts(.hold, scope: PrivacyScope(subjects: [alice.id])), by: .hostUser(1003),
            account: Approver.hostUser
        ).uid
        #expect(throws: PrivacyFault.refused(.held(by: hold, reference: nil))) {
            try ledger.bySecondPerson(.erase, request)
        }
        #expect(!alice.isDestroyed)
        let release = try ledger.carryOut(
            PrivacyFacts(.request(.release), about: hold), by: .hostUser(1001),
            account: Approver.hostUser
        ).uid
        #expect(throws: PrivacyFault.refused(.needsTwoPersons(.tooFew(1)))) {
            try ledger.bySecondPerson(.release, release)
        }
        try ledger.bySecondPerson(.approve, release)
        try ledger.bySecondPerson(.release, release)
        try ledger.bySecondPerson(.erase, request)
        #expect(alice.isDestroyed)
        #expect(ledger.close() == nil)
    }

    @Test func `of what is held, of another month or person, is refused, too`() throws {
        let scope = PrivacyScope(subjects: [], periods: [])
        let hold = PrivacyStanding.Hold(uid: BuiltLog.id(1), scope: scope, reference: nil)
        let june = try #require(Period("2026-06".utf8))
        let july = try #require(Period("2026-07".utf8))
        var randomness = BufferedRandomness(source: .kernel)
        let (one, other) = (SubjectID(randomness: &randomness), SubjectID(randomness: &randomness))
        #expect(hold.forbids(PrivacyScope(subjects: [one])))
        #expect(hold.forbids(PrivacyScope(periods: [june])))
        let ofOne = PrivacyStanding.Hold(
            uid: hold.uid, scope: PrivacyScope(subjects: [one]), reference: nil)
        #expect(ofOne.forbids(PrivacyScope(subjects: [other, one])))
        #expect(!ofOne.forbids(PrivacyScope(subjects: [other])))
        #expect(ofOne.forbids(PrivacyScope(periods: [june])))
        let ofJune = PrivacyStanding.Hold(
            uid: hold.uid, scope: PrivacyScope(periods: [june]), reference: nil)
        #expect(ofJune.forbids(PrivacyScope(subjects: [other])))
        #expect(!ofJune.forbids(PrivacyScope(periods: [july])))
        #expect(ofJune.forbids(PrivacyScope(periods: [june, july])))
    }

    @Test func `takes two persons, a person's own id, and a request`() throws {
        let ledger = try fixture.open(MemoryStorage())
        let alice = try Person.record("alice", in: ledger, fixture)
        for id in [SubjectID.anonymous, .tenant] {
            #expect(throws: PrivacyFault.refused(.notAPerson(id))) {
                try ledger.requestErasure(of: [id])
            }
        }
        let nobody = try #require(SubjectID("sub_0123456789abcdef"))
        #expect(throws: PrivacyFault.unknownKey(nobody.text)) {
            try ledger.requestErasure(of: [nobody])
        }
        let request = try ledger.carryOut(
            PrivacyFacts(.request(.erase), scope: PrivacyScope(subjects: [alice.id])),
            by: .hostUser(1001), account: Approver.hostUser
        ).uid
        #expect(throws: PrivacyFault.refused(.alreadyApproved)) {
            try ledger.carryOut(
                PrivacyFacts(.approve, about: request), by: .hostUser(1001),
                account: Approver.hostUser)
        }
        // No record looks like a second person where it is none.
        let size = ledger.feed.size
        #expect(throws: PrivacyFault.refused(.needsTwoPersons(.root))) {
            try ledger.carryOut(
                PrivacyFacts(.approve, about: request), by: .hostUser(0),
                account: Approver.hostUser)
        }
        #expect(throws: PrivacyFault.refused(.needsTwoPersons(.newAccount("uid:1003")))) {
            try ledger.carryOut(
                PrivacyFacts(.approve, about: request), by: .hostUser(1003)
            ) { name in
                name == "uid:1003"
                    ? Approver(
                        name: name, person: name,
                        account: Approver.Account(
                            since: UTCInstant(microseconds: .max), owedTo: []))
                    : .hostUser(name)
            }
        }
        #expect(ledger.feed.size == size)
        #expect(throws: PrivacyFault.refused(.needsTwoPersons(.tooFew(1)))) {
            try ledger.bySecondPerson(.erase, request)
        }
        // Root may ask, and then it takes two others.
        let roots = try ledger.carryOut(
            PrivacyFacts(.request(.erase), scope: PrivacyScope(subjects: [alice.id])),
            by: .hostUser(0), account: Approver.hostUser
        ).uid
        try ledger.bySecondPerson(.approve, roots)
        #expect(throws: PrivacyFault.refused(.needsTwoPersons(.root))) {
            try ledger.bySecondPerson(.erase, roots)
        }
        #expect(throws: PrivacyFault.refused(.noSuchRequest)) {
            try ledger.bySecondPerson(.expire, request)
        }
        _ = try ledger.carryOut(
            PrivacyFacts(.refuse(.legalClaims), about: request), by: .hostUser(1002),
            account: Approver.hostUser)
        #expect(throws: PrivacyFault.refused(.noSuchRequest)) {
            try ledger.bySecondPerson(.erase, request)
        }
        #expect(!alice.isDestroyed)
        #expect(ledger.close() == nil)
    }

    @Test func `of a month lets it expire, once it is over`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        _ = try Person.record("alice", in: ledger, fixture)
        let period = Period(of: fixture.clock.now)
        let scope = PrivacyScope(periods: [period])
        #expect(throws: PrivacyFault.notOver(period)) {
            try ledger.carryOut(
                PrivacyFacts(.request(.expire), scope: scope), by: .hostUser(1001),
                account: Approver.hostUser)
        }
        fixture.clock.now = UTCInstant(
            microseconds: fixture.clock.now.microseconds + 40 * 86_400 * 1_000_000)
        _ = try Person.record("alice", in: ledger, fixture)
        let request = try ledger.carryOut(
            PrivacyFacts(.request(.expire), scope: scope, basis: .retention), by: .hostUser(1001),
            account: Approver.hostUser
        ).uid
        try ledger.bySecondPerson(.approve, request)
        try ledger.bySecondPerson(.expire, request)
        _ = try Person.record("alice", in: ledger, fixture)
        #expect(ledger.close() == nil)
        let image = KeyStoreImage<PeriodSlot>(storage.files[.periods] ?? [])
        #expect(image.slots[period]?.slot.state == .destroyed)
        #expect(image.slots[Period(of: fixture.clock.now)]?.slot.state == .live)
        #expect(try fixture.open(storage).close() == nil)
    }

    /// Records about personal values, in order.
    private func privacy(_ storage: MemoryStorage) throws -> [Record] {
        try storage.leaves().map { try Record(leaf: $0) }
            .filter { $0.action?.hasPrefix("privacy.") == true }
    }

    private func actions(_ storage: MemoryStorage) throws -> [EventAction] {
        try privacy(storage).compactMap { $0.action.flatMap { EventAction(rawValue: $0) } }
    }
}

/// Who is who, however their name was typed.
@Suite struct `A name of a person` {
    private static let composed = "Zo\u{EB}"
    private static let decomposed = "Zoe\u{308}"

    @Test(arguments: [[composed, decomposed], [decomposed, composed]])
    func `is one person in both of Unicode's forms, and after a restart`(names: [String]) throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let one = try Person.record(names[0], in: ledger, fixture)
        #expect(try Person.record(names[1], in: ledger, fixture).id == one.id)
        #expect(ledger.subjects.known(issuer: Person.issuer, subject: names[1]) == one.id)
        #expect(ledger.close() == nil)
        let again = try fixture.open(storage)
        for name in names {
            #expect(again.subjects.known(issuer: Person.issuer, subject: name) == one.id)
        }
        // A letter without its accent is another.
        #expect(try Person.record("Zoe", in: again, fixture).id != one.id)
        #expect(again.close() == nil)
    }
}

/// People whose values are in a log.
enum Person {
    static let issuer = "https://id.example.com"

    struct NotRecorded: Error {}

    /// An access of somebody, whose key seals where it came from.
    static func record(
        _ name: String, in ledger: Ledger, _ fixture: LedgerFixture
    ) throws -> SubjectKey {
        let subject = ledger.subjects.key(issuer: issuer, subject: name)
        var randomness = BufferedRandomness(source: .kernel)
        let draft = fixture.record(
            for: ledger, path: "/v1/invoices/1", stage: .complete, subject: subject,
            randomness: &randomness)
        guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
            throw NotRecorded()
        }
        return subject
    }

    /// The files that hold somebody's key.
    static func filesHolding(_ subject: SubjectKey, of storage: MemoryStorage) -> [LogFile] {
        storage.files.filter { holds($0.value, subject.secret) }.map(\.key)
    }

    static func holds(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
        bytes.indices.dropLast(text.count - 1).contains { start in
            bytes[start] == text[0] && bytes[start..<start + text.count].elementsEqual(text)
        }
    }
}
