// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogReading
import Merkle
import Query
import Server
import TestSupport
import Testing

/// One key seals what was asked, what for, and leads to the salt of the question's hash.
@Suite struct `The record of a reading` {
    private let fixture: LedgerFixture
    private let storage = MemoryStorage()

    init() throws { fixture = try LedgerFixture() }

    private static let question = "actor:alice"

    private func person(_ name: String, _ ledger: Ledger) throws -> SubjectKey {
        let subject = ledger.subjects.key(issuer: "https://id.example.com", subject: name)
        var randomness = BufferedRandomness(source: .kernel)
        try append(
            fixture.record(
                for: ledger, path: "/v1/invoices/1", stage: .complete, subject: subject,
                name: name, randomness: &randomness), ledger)
        return subject
    }

    private func append(_ draft: RecordDraft, _ ledger: Ledger) throws {
        guard case .recorded = try ledger.appendAndWait(draft, tally: .uncounted) else {
            throw FixtureFault.notRecorded
        }
    }

    /// Records that somebody reads, as a command of a host has it recorded.
    private func read(
        _ text: String = question, about person: SubjectID?, by user: UInt32 = 1001,
        _ ledger: Ledger
    ) throws -> RecordedReading {
        let query = try RecordQuery(text, at: QueryClock(now: fixture.clock.now))
        let facts = QueryFacts(
            query, about: person, rows: nil, range: "0..<1", purpose: "Alice owes us")
        let (record, said) = ledger.reading(.query, facts, by: user)
        try append(record.draft(producer: ledger.producer), ledger)
        return said
    }

    /// What can be opened of the log: texts of questions, and purposes.
    private func opened(_ ledger: Ledger) throws -> [String?] {
        ledger.publishApplied()
        let directory = try TestDirectory(storage)
        return try withExtendedLifetime(directory) {
            let snapshot = try LogSnapshot(directory: directory.path)
            var (reader, found) = (ValueReader(opening: snapshot), [String?]())
            for index in 0..<snapshot.size.count {
                let place = LeafIndex(index)
                let record = try Record(leaf: try snapshot.leaf(at: place))
                guard record.value["query"] != nil else { continue }
                let values = try reader.values(of: record, at: place)
                found += [values["query.text"], values.purpose]
            }
            return found
        }
    }

    @Test func `about one person goes with that person, and leaves no guess to confirm`() throws {
        let ledger = try fixture.openWithoutThreads(storage)
        let (alice, bob) = (try person("Alice", ledger), try person("Bob", ledger))
        let hers = try read(about: alice.id, ledger)
        #expect(hers.hash == QuestionHash(of: Self.question, about: alice).text)
        #expect(hers.salt?.count == QuestionHash.saltBytes)
        #expect(QuestionHash(of: Self.question, salt: hers.salt).text == hers.hash)
        #expect(hers.hash != QuestionHash(of: Self.question).text)
        #expect(try read(about: alice.id, by: 1002, ledger).hash == hers.hash)
        #expect(try read(about: bob.id, ledger).hash != hers.hash)
        let nobodys = try read(about: nil, ledger)
        #expect(nobodys.hash != hers.hash && nobodys.hash != QuestionHash(of: Self.question).text)
        #expect(try read(about: nil, by: 1002, ledger).hash == nobodys.hash)
        let texts = [Self.question, "Alice owes us"]
        #expect(try opened(ledger) == texts + texts + texts + [nil, texts[1], nil, texts[1]])

        try ledger.erase([alice.id])
        #expect(
            try opened(ledger) == [nil, nil, nil, nil] + texts + [nil, texts[1], nil, texts[1]])
        // Nothing that is left leads to what it was; whoever asks for her now asks for nobody.
        #expect(try read(about: alice.id, ledger).hash == nobodys.hash)
        #expect(ledger.close() == nil)
        let again = try fixture.openWithoutThreads(storage)
        #expect(try read(about: nil, again).hash == nobodys.hash)
        #expect(again.close() == nil)
    }

    @Test func `that names nobody has the plain hash, and one by an id its text beside it`() throws
    {
        let ledger = try fixture.openWithoutThreads(storage)
        let alice = try person("Alice", ledger)
        let plain = try read("status:404", about: nil, ledger)
        #expect(plain.hash == QuestionHash(of: "status:404").text && plain.salt == nil)
        let known = try read("actor:\(alice.id.text)", about: alice.id, ledger)
        #expect(known.hash == QuestionHash(of: "actor:\(alice.id.text)").text)
        #expect(known.salt == nil)
        #expect(
            try opened(ledger) == [nil, "Alice owes us", "actor:\(alice.id.text)", "Alice owes us"])
        #expect(ledger.close() == nil)
    }

    @Test func `by who may see no values has a hash that nobody else has`() throws {
        let ledger = try fixture.openWithoutThreads(storage)
        let alice = try person("Alice", ledger)
        func hash(_ text: String, about person: SubjectID?, by user: UInt32) throws -> String? {
            let query = try RecordQuery(text, at: QueryClock(now: fixture.clock.now))
            var facts = QueryFacts(
                query, about: person, rows: nil, range: nil, purpose: nil)
            facts.isBlind = true
            return ledger.reading(.query, facts, by: user).said.hash
        }
        for (text, person) in [
            (Self.question, nil), (Self.question, alice.id), ("path:/a", SubjectID.tenant),
        ] {
            let sighted = try read(text, about: person, ledger).hash
            let blind = try hash(text, about: person, by: 1001)
            #expect(blind != nil && blind != sighted)
            #expect(try hash(text, about: person, by: 1001) == blind)
            #expect(try hash(text, about: person, by: 1002) != blind)
        }
        #expect(
            try hash("status:404", about: nil, by: 1001) == QuestionHash(of: "status:404").text)
        #expect(ledger.close() == nil)
    }
}
