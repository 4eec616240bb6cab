// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Catalog
import Console
import Disclosures
import HTTPTypes
import Hummingbird
import Ledger
import LogReading
import Logging
import Merkle
import NIOCore
import NIOEmbedded
import Search
import SignedNotes
import SystemPackage
import TestSupport
import Testing

/// The console with the auditor API over a log of Alice's and Bob's accesses, asked without sockets.
struct AskedConsole {
    struct NoLog: Error {}

    let log: TestDirectory
    let people: [String: SubjectID]
    let desk: TestDesk
    let catalog: SQLiteCatalog
    let api: AuditorAPI
    /// Where its answers come from.
    let sources: AuditorSources
    /// The keys that sign the log.
    let keys: [NoteVerifierKey]
    let still: StillLog
    let exports: TestExports
    private let folder: TestDirectory
    private let responder: RouterResponder<ConsoleContext>

    /// - Parameters:
    ///   - count: accesses, of Alice and Bob in turn; each third one of Alice has two records.
    ///   - lacking: so many records the catalog has yet to read.
    ///   - erasing: whose key is destroyed at the end.
    init(
        _ count: Int = 30, catalogued: Bool = true, lacking: UInt64 = 0,
        reach: SearchReach? = nil, fewRecords: UInt64? = nil, erasing erased: String? = nil
    ) throws {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        var people: [String: SubjectID] = [:]
        var randomness = BufferedRandomness(source: .kernel)
        for number in 0..<count {
            let name = number.isMultiple(of: 2) ? "Alice" : "Bob"
            let subject = ledger.subjects.key(issuer: "idp", subject: name)
            people[name] = subject.id
            fixture.clock.set(
                UTCInstant(microseconds: fixture.clock.now.microseconds + 60_000_000))
            let uid = ledger.identifiers.next(at: fixture.clock.now, random: randomness.word())
            let stages: [RecordStage] =
                number.isMultiple(of: 6) ? [.started, .complete] : [.complete]
            for stage in stages {
                let draft = fixture.record(
                    for: ledger, path: "/v1/invoices/\(number)", stage: stage, uid: uid,
                    subject: subject, name: name, randomness: &randomness)
                guard
                    case .recorded = try ledger.appendAndWait(
                        draft, tally: stage == .started ? .uncounted : .allowed)
                else {
                    throw NoLog()
                }
            }
        }
        if let id = erased.flatMap({ people[$0] }) { try ledger.erase([id]) }
        keys = ledger.signingKeys
        let still = StillLog(boot: ledger.boot)
        self.still = still
        guard ledger.close() == nil else { throw NoLog() }
        self.people = people
        log = try TestDirectory(storage)
        folder = try TestDirectory()
        let tokens = try #require(try PersonalTokenizer(LogSnapshot(directory: log.path)))
        catalog = try SQLiteCatalog(
            writing: folder.path.appending(SQLiteCatalog.fileName),
            origin: "audit.example.com/test", tokens: tokens, patience: 100)
        if catalogued {
            var follower = CatalogFollower(
                catalog, of: log.path, values: FollowedValues(tokens))
            let snapshot = try LogSnapshot(directory: log.path)
            let end = snapshot.size.count - lacking
            var size: UInt64 = 0
            while size < end {
                size = try follower.step(snapshot, most: end - size).size
            }
        }
        desk = try TestDesk(now: fixture.clock.now)
        let (directory, desk, kept) = (log.path, desk, catalog)
        var sources = AuditorSources(
            catalog: { catalogued ? kept : nil }, standing: { CatalogStanding() },
            noticed: { _ in }, snapshot: { try LogSnapshot(directory: directory) },
            live: still.live,
            record: { try desk.record($0, $1) }, accounts: desk.office, now: { desk.now })
        if let reach { sources.reach = reach }
        if let fewRecords { sources.fewRecords = fewRecords }
        sources.settings = {
            ShownSettings(
                yaml: "version: 1\n", json: .object([JSONMember("version", .integer(1))]),
                hash: "sha256:" + String(repeating: "a", count: 64), file: "countersign.yaml",
                rules: "sha256:" + String(repeating: "b", count: 64))
        }
        exports = try TestExports(of: directory, fixture.signer, now: desk.now)
        sources.exports = exports.desk
        // Nobody writes this log any more.
        sources.privacy = PrivacyOffice(
            standing: { PrivacyStanding() },
            carryOut: { _, _ throws(PrivacyObstacle) in
                throw PrivacyObstacle(.unrecorded, "The log is closed.")
            }, obstacle: { _ in nil })
        self.sources = sources
        api = AuditorAPI(sources)
        responder = ConsoleRouter(
            sources: ConsoleSources(
                log: { try StaticLog(LogSnapshot(directory: directory)) }, keys: { [] },
                obstacle: { nil }, status: { .object([]) }, growth: { _ in }, metrics: { [] },
                accounts: desk.office), others: [api],
            hosts: AllowedHosts(names: []), open: [], logger: Logger(label: "test")
        ).responder()
    }

    /// An answer, whole.
    struct Answer {
        let status: Int
        private let fields: HTTPFields
        let body: [UInt8]

        init(_ response: Response, _ body: [UInt8]) {
            status = response.status.code
            fields = response.headers
            self.body = body
        }

        func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

        /// The body as JSON.
        var json: JSONValue { get throws { try JSONParser.parse(body, as: .strict, deepest: 16) } }
        var code: String? { get throws { try json["code"]?.string } }
        var rows: [JSONValue] { get throws { try #require(try json["rows"]?.array) } }
    }

    func get(
        _ target: String, as role: Role? = .auditor, _ method: HTTPRequest.Method = .get,
        fields: HTTPFields = [:], bearing token: String? = nil
    ) async throws -> Answer {
        try await ask(method, target, role, fields, [], token)
    }

    /// Posts JSON.
    func post(
        _ target: String, _ body: String, as role: Role? = .auditor,
        type: String = "application/json", fields: HTTPFields = [:],
        bearing token: String? = nil
    ) async throws -> Answer {
        var fields = fields
        fields[.contentType] = type
        return try await ask(.post, target, role, fields, Array(body.utf8), token)
    }

    private func ask(
        _ method: HTTPRequest.Method, _ target: String, _ role: Role?, _ others: HTTPFields,
        _ body: [UInt8], _ token: String? = nil
    ) async throws -> Answer {
        var fields = others
        if let token {
            fields[.authorization] = "Bearer \(token)"
        } else if let role {
            fields[.authorization] = "Bearer \(try #require(desk.tokens[role]))"
        }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "127.0.0.1", path: target,
                headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let response = try await responder.respond(
            to: request,
            context: ConsoleContext(
                source: ApplicationRequestContextSource(
                    channel: EmbeddedChannel(), logger: Logger(label: "test"))))
        let collected = CollectedBody()
        try await response.body.write(CollectedBody.Writer(body: collected))
        return Answer(response, collected.bytes)
    }
}
