// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Dispatch
import Access
import Identity
import Ledger
import LogFormat
import Policy
import Synchronization
import TestSupport
import Testing

/// One event loop's desk over a real ledger in memory, without a loop: the test is the loop.
final class DeskBench {
    struct Choices {
        var audit = AuditPolicy(ahead: .auto, onFailure: .deny)
        var limit: RateLimit?
        var tags: [String] = []
        var issuers: [TrustedIssuer] = []
        var privacy = PrivacyChoices(
            name: true, email: true, address: true, userAgent: true, path: true, query: true)
    }

    let storage = MemoryStorage()
    let fixture: LedgerFixture
    let ledger: Ledger
    let rulebook: Rulebook
    /// An API key whose holder may read and write.
    let key: String
    let client: Client
    private let desk: Desk
    private let inbox = Inbox()
    private var minted: StoredAPIKey
    private var generation: UInt64 = 1
    private var issuers: [TrustedIssuer]

    init(_ choices: Choices = Choices()) throws {
        fixture = try LedgerFixture()
        ledger = try fixture.open(storage)
        var random = SystemRandomNumberGenerator()
        let minted = MintedAPIKey(
            name: "machine", kind: .service, roles: ["reader", "writer"], expires: nil,
            random: &random)
        key = minted.text
        self.minted = minted.stored
        rulebook = try Rulebook([try Self.service(choices)])
        let rules = try Self.rules(
            rulebook, keys: [minted.stored],
            services: [
                EncodedService(name: "billing", address: "127.0.0.1", port: 80, tlsVerified: nil)
            ], privacy: choices.privacy, issuers: choices.issuers)
        issuers = choices.issuers
        client = Client(
            address: try #require(IPAddress("203.0.113.7")), port: 51_234, scheme: .http,
            tls: DisclosedTLS(version: "1.3", cipher: nil, clientSubject: nil), certificate: nil,
            peer: IPAddress("10.0.0.9"), renderer: NamedRefusals())
        let clock = fixture.clock
        let time = MonotonicTime()
        desk = Desk(
            rules: rules, recorder: .local(ledger), port: ledger.addPort(inbox),
            limiter: RateLimiter(mostSubjects: 100),
            clock: ExchangeClock(now: { clock.now }, monotonic: { time.next() }),
            randomness: BufferedRandomness(source: .kernel))
    }

    private static func rules(
        _ rulebook: Rulebook, keys: [StoredAPIKey], services: [EncodedService],
        privacy: PrivacyChoices, generation: UInt64 = 1, issuers: [TrustedIssuer] = [],
        after before: IdentitySources? = nil
    ) throws -> ExchangeRules {
        ExchangeRules(
            rulebook: rulebook,
            identity: IdentitySources(
                generation: SourcesGeneration(generation),
                keys: try APIKeyRing([APIKeySource(name: "machines", keys: keys)]),
                tokens: try TokenVerifier(issuers, digestKey: Provider.digestKey),
                certificates: nil, after: before),
            privacy: privacy, services: services)
    }

    /// Puts a configuration in force that knows neither service nor key.
    func reloadEmpty() throws {
        desk.rules = try Self.rules(
            try Rulebook([]), keys: [], services: [], privacy: desk.rules.privacy)
    }

    /// Puts the same configuration in force with other choices of what is kept.
    func reload(_ privacy: PrivacyChoices) throws {
        generation += 1
        desk.rules = try Self.rules(
            rulebook, keys: [minted],
            services: [
                EncodedService(name: "billing", address: "127.0.0.1", port: 80, tlsVerified: nil)
            ], privacy: privacy, generation: generation, issuers: issuers,
            after: desk.rules.identity)
    }

    /// Puts the same configuration in force with other issuers of tokens.
    func reload(_ issuers: [TrustedIssuer]) throws {
        self.issuers = issuers
        try reload(desk.rules.privacy)
    }

    /// Puts the same configuration in force with the key revoked.
    func revokeKey() throws {
        minted.revoked = UTCInstant(microseconds: 0)
        try reload(desk.rules.privacy)
    }

    private static func service(_ choices: Choices) throws -> ServiceRules {
        func route(_ text: String, encodedSlash: Bool = false) throws -> ListedRoute {
            ListedRoute(
                pattern: try RoutePattern(text), audit: nil, allowsEncodedSlash: encodedSlash)
        }
        func rule(_ id: String, _ role: String, _ methods: [Method]) -> Rule {
            Rule(
                id: id, effect: .allow,
                conditions: Rule.Conditions(
                    roles: [role], methods: methods, admitsAnonymous: false), tags: choices.tags)
        }
        let denied = Rule(
            id: "r-deny", effect: .deny,
            conditions: Rule.Conditions(
                routes: [try RoutePattern("GET /forbidden")], admitsAnonymous: false), tags: [])
        let open = Rule(
            id: "r-open", effect: .allow,
            conditions: Rule.Conditions(
                routes: [try RoutePattern("GET /open")], admitsAnonymous: true), tags: [])
        return ServiceRules(
            name: "billing",
            match: ServiceRules.Match(
                host: try #require(HostPattern("api.example.com")), path: .root),
            routes: [
                try route("GET /v1/invoices/{id}"), try route("POST /v1/invoices"),
                try route("DELETE /v1/invoices/{id}"), try route("GET /forbidden"),
                try route("GET /open"), try route("GET /names/{name}", encodedSlash: true),
            ],
            rules: [
                denied, open, rule("r-read", "reader", [.get]),
                rule("r-write", "writer", [.post]),
            ], audit: choices.audit, limit: choices.limit)
    }

    // MARK: Accesses

    func access(from client: Client? = nil) -> TestedAccess {
        TestedAccess(desk: desk, client: client ?? self.client)
    }

    /// A request's head as the data plane hands it over.
    func request(
        _ method: Method = .get, _ path: String = "/v1/invoices/1", originalPath: String? = nil,
        query: String? = nil, host: String = "api.example.com", userAgent: String? = nil,
        credential: Credential = .key, trace: TraceContext? = nil, encodedSlash: Bool = false
    ) -> AccessRequest {
        var head: [UInt8] = []
        func put(_ text: String?) -> Range<Int>? {
            guard let text else { return nil }
            let start = head.count
            head += Array(text.utf8)
            defer { head.append(UInt8(ascii: "\n")) }
            return start..<head.count
        }
        let (host, path) = (put(host) ?? 0..<0, put(path) ?? 0..<0)
        let (query, userAgent) = (put(query), put(userAgent))
        let originalPath = put(originalPath)
        let presented: PresentedCredential =
            switch credential {
            case .key: .one(ShownCredential(.apiKey, in: .xAPIKey, put(key) ?? 0..<0))
            case .otherKey:
                .one(
                    ShownCredential(
                        .apiKey, in: .xAPIKey,
                        put("csk_aaaaaaaa_" + String(repeating: "b", count: 43)) ?? 0..<0))
            case .foreign(let reason): .foreign(reason)
            case .none: .none
            case .token: .one(ShownCredential(.bearer, in: .authorization, put("a.b.c") ?? 0..<0))
            case .bearer(let text):
                .one(ShownCredential(.bearer, in: .authorization, put(text) ?? 0..<0))
            case .refused(let reason): .refused(reason)
            }
        let privacy = desk.rules.privacy
        let forwarded =
            privacy.forwarded ? [put("198.51.100.1 ,\t10.0.0.8")].compactMap(\.self) : []
        let kept = (privacy.fields.isEmpty ? [] : ["one", "two"]).compactMap { put($0) }
            .map { KeptField(position: 1, value: $0) }
        return AccessRequest(
            bytes: head,
            facts: .http(
                HTTPRequestFacts(
                    host: host, path: path, query: query, method: method, version: .http11,
                    traits: HTTPRequestFacts.Traits(
                        hasOtherReadings: encodedSlash, hasEncodedSlash: encodedSlash,
                        asksUpgrade: false, overrides: [], originalPath: originalPath))),
            credential: presented, trace: trace, userAgent: userAgent, forwarded: forwarded,
            kept: kept)
    }

    enum Credential {
        case key
        case otherKey
        /// The service's own; the reason is for who needs one of ours.
        case foreign(Reason)
        case none
        /// A bearer token, which has to be verified.
        case token
        case bearer(String)
        case refused(Reason)
    }

    /// Waits for the ledger and hands what it says to those who wait for it, until `access` knows its next step.
    func settle(_ access: TestedAccess) throws -> Step {
        while access.steps.isEmpty {
            let settlements = try #require(inbox.next(), "the ledger did not settle")
            desk.deliver(settlements)
        }
        return access.steps.removeFirst()
    }

    var waitingCount: Int { desk.waitingCount }

    /// Has tokens verified when the test says so.
    func holdTokens() -> HeldJobs {
        let jobs = HeldJobs()
        desk.verifier = jobs
        return jobs
    }

    /// Tells the loop what came of a job.
    func deliver(_ identification: Identification, _ job: IdentificationJob) {
        desk.deliver(identification, ticket: job.ticket)
    }

    // MARK: The log

    /// Fails what the writer does for a group: a full disk where `rejects`, otherwise for good.
    func breakLog(rejects: Bool = false) {
        storage.inject { _, operation, file in
            if rejects { return operation == .reserve ? .init(.noSpace, effect: .nothing) : nil }
            guard case .commits = file, operation == .sync else { return nil }
            return .init(.system(5), effect: .nothing)
        }
    }

    /// The disk is full for one group.
    func breakLogOnce() {
        let broken = Mutex(false)
        storage.inject { _, operation, _ in
            guard operation == .reserve else { return nil }
            let isFirst = broken.withLock { broken in
                defer { broken = true }
                return !broken
            }
            return isFirst ? .init(.noSpace, effect: .nothing) : nil
        }
    }

    func mendLog() { storage.inject(nil) }

    /// Closes the log and returns the records of accesses, oldest first.
    func records() throws -> [Record] {
        _ = ledger.close()
        let bytes = storage.firstEntries
        let (leaves, fault) = EntryFraming.scan(bytes.span)
        #expect(fault == nil)
        let records = try leaves.map { try Record(leaf: Array(bytes[$0])) }
        for record in records { #expect(Record.faults(inLeaf: record.leaf).isEmpty) }
        return records.filter { $0.action == "http.request" }
    }
}

/// One connection that waits for its records.
final class TestedAccess: SettlementReceiver {
    private let desk: Desk
    private let client: Client
    lazy var exchange = Exchange(desk: desk, client: client, receiver: self)
    /// What settled records led to.
    var steps: [Step] = []

    init(desk: Desk, client: Client) {
        self.desk = desk
        self.client = client
    }

    func recordSettled(_ fate: RecordFate) { steps.append(exchange.settled(fate)) }

    func identified(_ identification: Identification) {
        steps.append(exchange.identified(identification))
    }
}

/// Credentials that wait to be verified until the test says so.
final class HeldJobs: IdentificationPort {
    private let waiting = Mutex<[IdentificationJob]>([])

    func submit(_ job: IdentificationJob) { waiting.withLock { $0.append(job) } }

    var count: Int { waiting.withLock { $0.count } }

    func take() -> IdentificationJob? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

/// Where the writer's thread leaves settlements for the test's.
private final class Inbox: ReplyPort {
    private let waiting = Mutex<[[Settlement]]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func settle(_ settlements: [Settlement]) {
        waiting.withLock { $0.append(settlements) }
        arrived.signal()
    }

    /// The oldest settlements, or nil where none come.
    func next() -> [Settlement]? {
        guard arrived.wait(timeout: .now() + 60) == .success else { return nil }
        return waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

/// A clock of which each reading is a millisecond after the last.
private final class MonotonicTime: Sendable {
    private let nanoseconds = Mutex<UInt64>(1_000_000_000)

    func next() -> UInt64 {
        nanoseconds.withLock { now in
            now += 1_000_000
            return now
        }
    }
}
