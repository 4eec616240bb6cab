// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogReading
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

/// Tokens go with the keys of the block that their value is sealed in, whatever the record says of its actor.
@Suite struct `Tokens of erased values` {
    private static let origin = "audit.example.com/test"
    private static let issuer = "https://id.example.com"

    /// A log, and a catalog of it that is followed by the same reader all the time.
    private final class Scene {
        let fixture: LedgerFixture
        let storage = MemoryStorage()
        let ledger: Ledger
        let directory: TestDirectory
        let folder: TestDirectory
        let catalog: SQLiteCatalog
        private var follower: CatalogFollower<SQLiteCatalog>

        init() throws {
            fixture = try LedgerFixture()
            ledger = try fixture.openWithoutThreads(storage)
            // Until something is sealed there is no key to make tokens with.
            _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
            ledger.publishApplied()
            directory = try TestDirectory(storage)
            folder = try TestDirectory()
            let tokens = try #require(
                try PersonalTokenizer(LogSnapshot(directory: directory.path)))
            catalog = try SQLiteCatalog(
                writing: folder.path.appending(SQLiteCatalog.fileName),
                origin: `Tokens of erased values`.origin, tokens: tokens)
            follower = CatalogFollower(
                catalog, of: directory.path, values: FollowedValues(tokens))
        }

        func subject(_ name: String, of issuer: String = issuer) -> SubjectKey {
            ledger.subjects.key(issuer: issuer, subject: name)
        }

        func who(_ name: String, _ subject: SubjectKey, isRefused: Bool = false) -> Disclosure? {
            var randomness = BufferedRandomness(source: .kernel)
            return isRefused
                ? .who(
                    claimedIssuer: nil, name: name, identifier: nil, subject: subject,
                    salt: randomness.salt())
                : .who(name: name, email: nil, subject: subject, salt: randomness.salt())
        }

        func append(
            _ who: Disclosure?, of subject: SubjectKey, isRefused: Bool = false,
            stage: RecordStage = .complete, uid: UniqueID? = nil
        ) throws {
            var randomness = BufferedRandomness(source: .kernel)
            let draft = fixture.record(
                for: ledger, stage: stage, uid: uid, subject: subject, who: who,
                actor: isRefused ? .refused(subject) : .person(subject), randomness: &randomness)
            guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                throw FixtureFault.notRecorded
            }
        }

        /// Whatever two persons do.
        func carryOut(_ wish: PrivacyFacts.Wish, _ scope: PrivacyScope) throws {
            let request = try ledger.carryOut(
                PrivacyFacts(.request(wish), scope: scope), by: .hostUser(1001),
                account: Approver.hostUser
            ).uid
            for deed in [.approve, wish == .erase ? .erase : .expire] as [PrivacyFacts.Deed] {
                _ = try ledger.carryOut(
                    PrivacyFacts(deed, about: request), by: .hostUser(1002),
                    account: Approver.hostUser)
            }
        }

        func follow() throws {
            ledger.publishApplied()
            let now = try TestDirectory(storage)
            for name in now.files { try directory.write(try now.read(name), to: name) }
            while try !follower.step().isThere {}
        }

        func hits(_ name: String) throws -> Int {
            try catalog.page(
                CatalogPageRequest(CatalogQuery(.field(.name, .equals(name))), limit: 100)
            ).rows.count
        }

        func count(_ table: String) throws -> Int64? {
            try #require(catalog.writer).connection.exclusively {
                (connection) throws(CatalogFailure) in
                try connection.number("SELECT count(*) FROM \(table)")
            }
        }
    }

    @Test func `go with a refused credential's subject, whose records name nobody`() throws {
        let scene = try Scene()
        let (sam, other) = (scene.subject("sam"), scene.subject("sam", of: "https://other.example"))
        // Two people of one name, both refused: the records of both have the actor anonymous.
        for subject in [sam, other] {
            try scene.append(
                scene.who("Sam", subject, isRefused: true), of: subject, isRefused: true)
        }
        try scene.follow()
        #expect(try scene.hits("Sam") == 2)
        try scene.carryOut(.erase, PrivacyScope(subjects: [sam.id]))
        try scene.follow()
        // The other one's is still found, and nothing of the one's.
        #expect(try scene.hits("Sam") == 1)
        try scene.carryOut(.erase, PrivacyScope(subjects: [other.id]))
        try scene.follow()
        #expect(try scene.hits("Sam") == 0)
        #expect(try scene.count("token WHERE field = 0") == 0)
        let owners = [sam, other].map { "'\($0.id.text)'" }.joined(separator: ", ")
        let owned = "bearer JOIN word ON word.id = bearer.owner WHERE word.text IN (\(owners))"
        #expect(try scene.count(owned + " AND token > 0") == 0)
    }

    @Test func `do not come back with an outcome that ends after the erasure`() throws {
        let scene = try Scene()
        let ada = scene.subject("ada")
        let who = scene.who("Ada", ada)
        let (uid, _) = scene.ledger.newRecord()
        try scene.append(who, of: ada, stage: .started, uid: uid)
        try scene.follow()
        #expect(try scene.hits("Ada") == 1)
        try scene.carryOut(.erase, PrivacyScope(subjects: [ada.id]))
        try scene.follow()
        #expect(try scene.hits("Ada") == 0)
        // The outcome commits to what was opened before, which the reader still remembers.
        try scene.append(who, of: ada, uid: uid)
        try scene.follow()
        #expect(try scene.hits("Ada") == 0)
        #expect(try scene.count("token WHERE field = 0") == 0)
    }

    @Test func `go with the month of their own block, not of another group's`() throws {
        let scene = try Scene()
        let ada = scene.subject("ada")
        let who = scene.who("Ada", ada)
        try scene.append(who, of: ada)
        let first = Period(of: scene.fixture.clock.now)
        scene.fixture.clock.set(
            UTCInstant(microseconds: scene.fixture.clock.now.microseconds + 31 * 86_400_000_000))
        // Who it is was sealed last month; where from and what is sealed in this one.
        try scene.append(who, of: ada)
        try scene.follow()
        #expect(try scene.hits("Ada") == 2)
        try scene.carryOut(.expire, PrivacyScope(periods: [first]))
        try scene.follow()
        #expect(try scene.hits("Ada") == 0)
        #expect(try scene.count("token WHERE field = 0") == 0)
        #expect(try scene.count("token WHERE period = '\(first.text)'") == 0)
        #expect(try #require(try scene.count("token")) > 0)
    }
}
