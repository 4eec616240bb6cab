// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import Ledger
import LogFormat
import LogReading
import SystemPackage
import TestSupport

/// A log that the real ledger has written, of accesses of a few people, with names, addresses and paths to open.
struct PersonalLog {
    let fixture: LedgerFixture
    let storage: MemoryStorage
    /// As it is now.
    private(set) var directory: TestDirectory
    private var random: SeededGenerator

    private static let people = [
        ("sub_a", "Alice", "alice@example.com"), ("sub_b", "Bob", "bob@example.com"),
        ("sub_c", "Carol", "carol@example.com"),
        // One name as two clients write it: with one character, or with a letter and its accent.
        ("sub_d", "Zo\u{EB}", "zoe@example.com"), ("sub_e", "Zoe\u{308}", "zoe@example.org"),
    ]

    init(_ count: Int, seed: UInt64) throws {
        var fixture = try LedgerFixture()
        fixture.options.commitJournalBytes = 1 << 20
        self.fixture = fixture
        storage = MemoryStorage()
        random = SeededGenerator(seed: seed)
        directory = try TestDirectory()
        try grow(by: count)
    }

    var snapshot: LogSnapshot { get throws { try LogSnapshot(directory: directory.path) } }

    /// One more start of the proxy, with so many accesses; some of them have no outcome when it ends.
    mutating func grow(by count: Int) throws {
        let ledger = try fixture.open(storage)
        var tickets = 0
        for _ in 0..<count {
            fixture.clock.set(
                UTCInstant(microseconds: fixture.clock.now.microseconds + 600_000_000))
            let access = record(ledger)
            if Int.random(in: 0..<3, using: &random) == 0 {
                var started = access
                started.stage = .started
                started.end = .open
                started.http.status = nil
                try append(started, ledger)
                if Int.random(in: 0..<4, using: &random) == 0 { continue }
            }
            try append(access, ledger)
            tickets += 1
        }
        guard ledger.close() == nil else { throw FixtureFault.notRecorded }
        directory = try TestDirectory(storage)
    }

    private func append(_ access: AccessRecord, _ ledger: Ledger) throws {
        let host = Array("api.example.com".utf8)
        let draft = access.draft(host: host.span, producer: ledger.producer)
        guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
            throw FixtureFault.notRecorded
        }
    }

    private mutating func record(_ ledger: Ledger) -> AccessRecord {
        var salts = BufferedRandomness(source: .kernel)
        let now = fixture.clock.now
        let person = Self.people.randomElement(using: &random) ?? Self.people[0]
        let subject = ledger.subjects.key(issuer: "idp", subject: person.0)
        let isAnonymous = Int.random(in: 0..<4, using: &random) == 0
        let paths = [
            "/a", "/a/b", "/a/b/c", "/c", "/ab", "/a//b", "/a%2Fb", "/a/b/", "/a/b;v=1",
            "/%61/./b", "/a/b.json", "/a%2Ab", "/a*b",
        ]
        let path = Array((paths.randomElement(using: &random) ?? "/a").utf8)
        // As they were sent, where they are recorded as `/a/b`.
        let originals = ["", "", "/./a/b", "/a/%62", "/a/./b"]
        let original =
            path == Array("/a/b".utf8)
            ? Array((originals.randomElement(using: &random) ?? "").utf8) : []
        let addresses = ["10.1.1.1", "10.1.2.2", "192.0.2.7", "2001:db8::7"]
        let address = Array((addresses.randomElement(using: &random) ?? "").utf8)
        let peer = Array(
            Int.random(in: 0..<3, using: &random) == 0 ? "10.9.9.9".utf8 : "".utf8)
        let nothing: [UInt8] = []
        let statuses: [UInt16] = [200, 404, 500]
        let status = statuses.randomElement(using: &random) ?? 200
        return AccessRecord(
            uid: ledger.identifiers.next(at: now, random: salts.word()), time: now,
            stage: .complete,
            actor: isAnonymous
                ? .anonymous
                : EncodedActor(
                    Principal(
                        uid: subject.id.text, kind: .user, issuer: "idp", roles: ["reader"],
                        session: "ses_\(person.0)",
                        authentication: Authentication(method: .apikey, key: "k-\(person.0)"))),
            service: EncodedService(
                name: "billing", address: "127.0.0.1", port: 80, tlsVerified: nil),
            http: HTTPFacts(
                method: .get, scheme: .http, version: .http11,
                route: EncodedRoute("/{all}"), status: status, upstreamStatus: status,
                requestSize: 0, responseSize: 12),
            decision: EncodedDecision(
                Decision(
                    effect: .allow, policy: "billing", policyVersion: "sha256:00", rule: "r-1",
                    reason: .roleMatch)), end: EventEnd(.roleMatch, status: status), reason: nil,
            commitments: Commitments(
                who: isAnonymous
                    ? nil
                    : Disclosure.who(
                        name: person.1, email: person.2, subject: subject, salt: salts.salt()),
                where: Disclosure.where(
                    address: address.span, port: 51234, peerAddress: peer.span,
                    userAgent: nothing.span, forwarded: [], tls: nil,
                    subject: isAnonymous ? ledger.subjects.anonymous : subject,
                    salt: salts.salt()),
                what: Disclosure.what(
                    path: path.span, originalPath: original, query: nothing.span,
                    subject: ledger.subjects.tenant,
                    salt: salts.salt())), durationMicroseconds: 120)
    }

    /// Destroys a person's key, as an erasure does.
    func erase(_ person: String) throws {
        let ledger = try fixture.open(storage)
        let id = ledger.subjects.key(issuer: "idp", subject: person).id
        _ = ledger.close()
        try directory.forgetCommitJournal()
        try directory.tamper("keys/subjects") { file in
            let slot = SubjectSlot(destroyed: id, created: fixture.clock.now).bytes
            let position = KeyStoreImage<SubjectSlot>(file).slots[id]?.position ?? 0
            file.replaceSubrange(
                position * KeySlot.byteCount..<(position + 1) * KeySlot.byteCount, with: slot)
        }
    }

    /// A catalog that has read the log as it is now.
    func catalog(in folder: TestDirectory, hasTokens: Bool) throws -> SQLiteCatalog {
        let tokens = hasTokens ? try PersonalTokenizer(try snapshot) : nil
        let catalog = try SQLiteCatalog(
            writing: folder.path.appending(SQLiteCatalog.fileName),
            origin: "audit.example.com/test", tokens: tokens, patience: 100)
        var follower = CatalogFollower(
            catalog, of: directory.path, values: tokens.map { FollowedValues($0) })
        while try !follower.step().isThere {}
        return catalog
    }
}
