// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogFormat
import LogReading
import Merkle
import Query
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@testable import Catalog

/// What is erased is found nowhere any more: by any path that finds what is not.
@Suite struct `The places of a value` {
    private enum Names {
        static let canary = "Canary Quillfeather"
        static let other = "Oriole Brandt"
    }

    private static let origin = "audit.example.com/test"

    /// A log with accesses of two people, one of whom is to be erased.
    private struct Scene {
        let fixture: LedgerFixture
        let storage = MemoryStorage()
        let ledger: Ledger
        let canary: SubjectKey
        let backup: MemoryStorage

        init() throws {
            fixture = try LedgerFixture()
            ledger = try fixture.openWithoutThreads(storage)
            canary = try Self.access(Names.canary, ledger, fixture)
            _ = try Self.access(Names.canary, ledger, fixture)
            _ = try Self.access(Names.other, ledger, fixture)
            // Of the one as well: sealed under their key, and the record's actor is nobody.
            _ = try Self.access(Names.canary, ledger, fixture, isRefused: true)
            try Self.reading(of: canary, "why \(Names.canary) was let in", ledger, fixture)
            ledger.publishApplied()
            backup = storage.crash(keeping: .everything)
        }

        static func access(
            _ name: String, _ ledger: Ledger, _ fixture: LedgerFixture, isRefused: Bool = false
        ) throws -> SubjectKey {
            let subject = ledger.subjects.key(issuer: "https://id.example.com", subject: name)
            var randomness = BufferedRandomness(source: .kernel)
            let salt = randomness.salt()
            let who =
                isRefused
                ? Disclosure.who(
                    claimedIssuer: nil, name: name, identifier: nil, subject: subject, salt: salt)
                : Disclosure.who(name: name, email: nil, subject: subject, salt: salt)
            let draft = fixture.record(
                for: ledger, subject: subject, who: who,
                actor: isRefused ? .refused(subject) : .person(subject), randomness: &randomness)
            guard case .recorded = try ledger.appendAndWait(draft, tally: .allowed) else {
                throw FixtureFault.notRecorded
            }
            return subject
        }

        /// Somebody reads, and says why.
        static func reading(
            of subject: SubjectKey, _ purpose: String, _ ledger: Ledger, _ fixture: LedgerFixture
        ) throws {
            var randomness = BufferedRandomness(source: .kernel)
            let (uid, now) = ledger.newRecord()
            let record = SystemRecord.reading(
                .query, uid: uid, time: now, outcome: .success,
                query: QueryFacts(
                    hash: nil, rows: 1, range: "0..<1", purpose: purpose, about: subject.id),
                sealedBy: subject, salt: randomness.salt(), actor: .hostUser(1001))
            let fate = try ledger.appendAndWait(
                record.draft(producer: ledger.producer), tally: .uncounted)
            guard case .recorded = fate else { throw FixtureFault.notRecorded }
        }

        func erase() throws {
            try ledger.erase([canary.id])
            ledger.publishApplied()
        }

        var directory: TestDirectory { get throws { try TestDirectory(storage) } }
    }

    /// How often each name is read by whoever may read everything.
    private func names(_ directory: TestDirectory) throws -> [String: Int] {
        try withExtendedLifetime(directory) {
            let snapshot = try LogSnapshot(directory: directory.path)
            var (reader, found) = (ValueReader(opening: snapshot), [String: Int]())
            for index in 0..<snapshot.size.count {
                let place = LeafIndex(index)
                let record = try Record(leaf: try snapshot.leaf(at: place))
                for name in try reader.values(of: record, at: place).names {
                    found[name, default: 0] += 1
                }
            }
            return found
        }
    }

    /// What readers are known to have said of their purpose.
    private func purposes(_ directory: TestDirectory) throws -> [String] {
        try withExtendedLifetime(directory) {
            let snapshot = try LogSnapshot(directory: directory.path)
            var reader = ValueReader(opening: snapshot)
            return try (0..<snapshot.size.count).compactMap { index in
                let place = LeafIndex(index)
                let record = try Record(leaf: try snapshot.leaf(at: place))
                return try reader.values(of: record, at: place).purpose
            }
        }
    }

    /// How many accesses a query hits, and how many it cannot tell.
    private func verdicts(
        _ text: String, _ directory: TestDirectory
    ) throws -> [QueryVerdict: Int] {
        try withExtendedLifetime(directory) {
            let snapshot = try LogSnapshot(directory: directory.path)
            let query = try RecordQuery(text, at: QueryClock(now: UTCInstant(microseconds: 0)))
            var (reader, found) = (ValueReader(opening: snapshot), [QueryVerdict: Int]())
            for index in 0..<snapshot.size.count {
                let place = LeafIndex(index)
                let record = try Record(leaf: try snapshot.leaf(at: place))
                let groups = try reader.groups(of: record, at: place).mapValues {
                    (group) -> QueriedGroup in
                    switch group {
                    case .opened(let value): QueriedGroup.opened(value)
                    case .erased: .erased
                    case .unreadable: .withheld
                    }
                }
                found[query.expression.verdict(on: QueriedAccess(record, groups)), default: 0] += 1
            }
            return found
        }
    }

    private func follow(_ directory: TestDirectory, _ catalog: SQLiteCatalog) throws {
        try withExtendedLifetime(directory) {
            let tokens = try PersonalTokenizer(LogSnapshot(directory: directory.path))
            var follower = CatalogFollower(
                catalog, of: directory.path, values: tokens.map { FollowedValues($0) })
            while try !follower.step().isThere {}
        }
    }

    private func catalog(
        in folder: TestDirectory, of directory: TestDirectory
    ) throws -> SQLiteCatalog {
        try SQLiteCatalog(
            writing: folder.path.appending(SQLiteCatalog.fileName), origin: Self.origin,
            tokens: try PersonalTokenizer(LogSnapshot(directory: directory.path)))
    }

    private func hits(_ name: String, _ catalog: SQLiteCatalog) throws -> Int {
        try hits(.name, name, catalog)
    }

    private func hits(
        _ field: CatalogField, _ text: String, _ catalog: SQLiteCatalog
    ) throws -> Int {
        try catalog.page(
            CatalogPageRequest(CatalogQuery(.field(field, .equals(text))), limit: 100)
        ).rows.count
    }

    /// How many different values there are tokens of.
    private func tokens(of field: SQLitePersonal, _ catalog: SQLiteCatalog) throws -> Int64? {
        try #require(catalog.writer).connection.exclusively {
            (connection) throws(CatalogFailure) in
            try connection.number(
                "SELECT count(*) FROM token WHERE field = ?", [field.rawValue])
        }
    }

    @Test(arguments: ErasurePlace.allCases)
    func `hold nothing of it after its erasure`(place: ErasurePlace) async throws {
        let scene = try Scene()
        let (before, folder) = (try scene.directory, try TestDirectory())
        let followed = try catalog(in: folder, of: before)
        try follow(before, followed)
        // The paths find what is there.
        #expect(try names(before) == [Names.canary: 3, Names.other: 1])
        #expect(try hits(Names.canary, followed) == 3)
        try scene.erase()
        let after = try scene.directory
        switch place {
        case .disclosures:
            #expect(try names(after) == [Names.other: 1])
            let snapshot = try LogSnapshot(directory: after.path)
            let record = try Record(leaf: try snapshot.leaf(at: LeafIndex(1)))
            let groups = try snapshot.disclosures(of: record, at: LeafIndex(1))
            let erasures = try snapshot.erasures()
            let index = try #require(erasures.records[scene.canary.id.text])
            #expect(groups[.who] == .erased(index) && groups[.where] == .erased(index))
            let query = "actor:\"\(Names.canary)\""
            let (then, now) = (try verdicts(query, before), try verdicts(query, after))
            #expect(then[.hit] == 3)
            #expect(now[.hit] == nil)
            #expect(now[.undecided] == 3)
        case .keyFiles, .commitJournal:
            for name in after.files {
                let bytes = try after.read(name)
                #expect(!holds(bytes, scene.canary.secret), "\(name)")
                #expect(!holds(bytes, Array(Names.canary.utf8)), "\(name)")
            }
            #expect(try before.files.contains { holds(try before.read($0), scene.canary.secret) })
        case .subjectDirectory:
            let directory = scene.ledger.subjects
            #expect(directory.known(issuer: "https://id.example.com", subject: Names.canary) == nil)
            for name in after.files {
                #expect(!holds(try after.read(name), scene.canary.lookup.bytes), "\(name)")
            }
        case .readings:
            #expect(try purposes(before) == ["why \(Names.canary) was let in"])
            #expect(try purposes(after) == [])
        case .catalog:
            try follow(after, followed)
            #expect(try hits(Names.canary, followed) == 0)
            #expect(try hits(Names.other, followed) == 1)
            #expect(try tokens(of: .name, followed) == 1)
            #expect(try hits(.address, "203.0.113.7", followed) == 1)
            let fresh = try TestDirectory()
            let rebuilt = try catalog(in: fresh, of: after)
            try follow(after, rebuilt)
            #expect(try hits(Names.canary, rebuilt) == 0)
            #expect(try hits(Names.other, rebuilt) == 1)
            #expect(try tokens(of: .name, rebuilt) == 1)
        case .credentials, .paths:
            // What leads there is not sealed under their key: `privacy erase` counts it, and says what to do.
            #expect(place.isOutOfReach)
        case .outputs:
            // What has left is with others. What leaves from now on: see the tests of outputs.
            #expect(place.isOutOfReach)
        case .exports:
            // They are ended by what the log's standing says, wherever it is opened: see the tests of exports.
            let erasure = try #require(scene.ledger.privacyStanding.newestErasure)
            #expect(erasure.settled > erasure.index)
            let snapshot = try LogSnapshot(directory: after.path)
            let index = try snapshot.erasures().records[scene.canary.id.text]
            #expect(index == LeafIndex(erasure.index))
        case .backups:
            #expect(place.isOutOfReach)
            scene.storage.tamper(.subjects) { $0 = scene.backup.files[.subjects] ?? [] }
            #expect(try names(try scene.directory)[Names.canary] == 3)
            _ = scene.ledger.close()
            let again = try scene.fixture.openWithoutThreads(scene.storage)
            #expect(again.recovery.revivedKeys == 1)
            #expect(again.close() == nil)
            #expect(try names(try scene.directory) == [Names.other: 1])
        }
        let report = try await verify(after, scene)
        #expect(report.verdict == .verified)
        #expect(report.erasures.map(\.key) == [scene.canary.id.text])
        #expect(report.disclosures.erased == 7)
    }

    private func verify(
        _ directory: TestDirectory, _ scene: Scene
    ) async throws -> VerificationReport {
        try await LogVerifier(
            VerificationOptions(
                policy: TrustPolicy(logKeys: [scene.fixture.signer.verifierKey]), remembered: nil,
                maxAge: nil, now: UTCInstant(microseconds: 1_795_000_060_000_000),
                requiredWitnesses: 0, jobs: 1)
        ) { _ in }.verify(directory: directory.path)
    }

    private func holds(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
        bytes.indices.dropLast(text.count - 1).contains { start in
            bytes[start] == text[0] && bytes[start..<start + text.count].elementsEqual(text)
        }
    }
}
