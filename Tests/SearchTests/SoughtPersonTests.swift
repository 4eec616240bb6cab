// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Catalog
import Disclosures
import Ledger
import LogReading
import Query
import Search
import SystemPackage
import TestSupport
import Testing

/// Whom a question is about is one answer for every way to read the log.
@Suite struct `Whom a search is about` {
    /// A log of Alice, of Bob, who also came with a credential that was refused, and of Carla, who came with no other.
    private struct Scene {
        let directory: TestDirectory
        private let folder: TestDirectory
        private let catalog: SQLiteCatalog
        let people: [String: SubjectID]

        init() throws {
            let fixture = try LedgerFixture()
            let storage = MemoryStorage()
            let ledger = try fixture.open(storage)
            var people: [String: SubjectID] = [:]
            for (name, path, isRefused) in [
                ("Alice", "/a", false), ("Bob", "/b", false), ("Alice", "/a", false),
                ("Bob", "/b", true), ("Carla", "/c", true),
            ] {
                let subject = ledger.subjects.key(
                    issuer: "https://id.example.com", subject: name)
                people[name] = subject.id
                var randomness = BufferedRandomness(source: .kernel)
                let salt = randomness.salt()
                let who =
                    isRefused
                    ? Disclosure.who(
                        claimedIssuer: nil, name: name, identifier: nil, subject: subject,
                        salt: salt)
                    : Disclosure.who(name: name, email: nil, subject: subject, salt: salt)
                let draft = fixture.record(
                    for: ledger, path: path, subject: subject, who: who,
                    actor: isRefused ? .refused(subject) : .person(subject),
                    randomness: &randomness)
                guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                    throw FixtureFault.notRecorded
                }
            }
            guard ledger.close() == nil else { throw FixtureFault.notRecorded }
            self.people = people
            directory = try TestDirectory(storage)
            folder = try TestDirectory()
            let tokens = try #require(
                try PersonalTokenizer(LogSnapshot(directory: directory.path)))
            catalog = try SQLiteCatalog(
                writing: folder.path.appending(SQLiteCatalog.fileName),
                origin: "audit.example.com/test", tokens: tokens)
            var follower = CatalogFollower(
                catalog, of: directory.path, values: FollowedValues(tokens))
            while try !follower.step().isThere {}
        }

        func person(_ text: String, isOpening: Bool = true) throws -> SubjectID? {
            let snapshot = try LogSnapshot(directory: directory.path)
            let query = try MadeUpSearch.query(text)
            var found: Set<SubjectID?> = []
            for catalog in [NoCatalog(), catalog] as [any CatalogReading] {
                for unit in [CatalogUnit.access, .record] {
                    var search = try Search(
                        query, unit: unit, in: catalog, of: snapshot,
                        isOpening ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot))
                    found.insert(try search.person(within: .seconds(60)))
                }
            }
            // By the catalog it is whom a look at everything finds.
            #expect(found.count == 1, "\(text): \(found)")
            return found.first ?? nil
        }
    }

    @Test func `is the one who is found, or else has the name`() throws {
        let scene = try Scene()
        let (alice, bob) = (
            try #require(scene.people["Alice"]), try #require(scene.people["Bob"])
        )
        for (text, person) in [
            ("actor:Alice", alice), ("actor:alice*", alice), ("actor:ALICE status:200", alice),
            // Nothing of hers is found, and it asks for her all the same.
            ("actor:Alice service:nobody", alice), ("actor:Alice until:2001-01-01", alice),
            // What was refused of his credentials is his, and nobody else's.
            ("actor:Bob", bob), ("actor:Bob actor:anonymous", bob),
            ("actor:Carla", try #require(scene.people["Carla"])),
            ("actor:(Alice OR Dora)", alice), ("actor:\(bob.text)", bob),
            ("actor:\(bob.text) path:/b", bob), ("path:/a actor:Alice", alice),
            ("path:/a", .tenant), ("rawpath:/x*", .tenant),
            ("ip:203.0.113.0/24 actor:\(alice.text)", alice),
        ] {
            #expect(try scene.person(text) == person, "\(text)")
        }
    }

    @Test func `is nobody in particular where there are several, or nobody`() throws {
        let scene = try Scene()
        for text in [
            "actor:(Alice OR Bob)", "actor:Dora", "ip:203.0.113.7", "ip:192.0.2.1", "-actor:Alice",
            "status:200", "", "actor:anonymous", "actor:Dora service:billing",
        ] {
            #expect(try scene.person(text) == nil, "\(text)")
        }
        // Whoever may open nothing finds nobody by name.
        #expect(try scene.person("actor:Alice", isOpening: false) == nil)
    }
}
