// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import HTTPPlane
import Transport
import Access
import Foundation
import HTTPWire
import Identity
import Ledger
import LogFormat
import Logging
import NIOCore
import Policy
import TestSupport

/// What a test wants to be different from the ordinary.
struct ProxySettings: Sendable {
    var audit = AuditPolicy(ahead: .auto, onFailure: .deny)
    var limit: RateLimit?
    var limits = ClientLimits.patient
    var holding = ResponseHolding.patient
    var timeouts = UpstreamTimeouts.patient
    var hostField = HostField.preserved
    var tls: ListenerTLS?
    var upstreamTLS: UpstreamTLS?
    /// Where the service is, if not where the recording one listens.
    var upstreamPort: UInt16?
    var upstreamHost = "127.0.0.1"
    var trustedProxies: [AddressBlock] = []
    var certificates: CertificateSource?
    var eventLoops = 1
    /// Whose tokens are accepted.
    var issuers: [TrustedIssuer] = []
    /// Where the proxy's clock starts; nil for the system's time.
    var now: UTCInstant?
    /// The hosts that the service answers for.
    var host = HostPattern.any
    /// What the service admits, in the place of the ordinary routes and rules.
    var routes: [String]?
    var rules: [Rule]?
    /// Whether the service gets the caller's credential.
    var forwardsCredentials = false
    /// Where keys are looked for.
    var keyFields = CredentialField.usualOfKeys
    var paths = PathPolicy.keepAll
    var removedFields: [String] = []
    var keptFields: [String] = []
    var via: String?
    var pool = UpstreamPoolLimits()
    /// How many unused connections may be kept in all.
    var mostIdle = Int.max
    /// Where the proxy's messages go.
    var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension ProxySettings {
    static let ordinaryRoutes = [
        "GET /v1/invoices/{id}", "PUT /v1/invoices/{id}", "POST /v1/invoices", "GET /forbidden",
    ]
}

/// A whole proxy before a recording service, over a log in memory.
struct ProxyFixture: Sendable {
    let plane: DataPlane
    let http: HTTPPlane
    let upstream: RecordingUpstream
    let ledger: Ledger
    let storage: MemoryStorage
    /// An API key whose holder may read and write.
    let key: String
    /// What the proxy keeps of that key.
    let mintedKey: StoredAPIKey
    let clock: ManualClock
    let settings: ProxySettings

    var port: Int { plane.addresses[0].port }

    func connect() async throws -> RawClient { try await RawClient.connect(port) }

    /// `GET` of an invoice with the key.
    func get(_ path: String = "/v1/invoices/1", _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: api.example.com\r\nX-Api-Key: \(key)\r\n\(fields)\r\n"
    }

    func post(_ fields: String, _ body: String) -> String {
        "POST /v1/invoices HTTP/1.1\r\nHost: api.example.com\r\nX-Api-Key: \(key)\r\n\(fields)\r\n"
            + body
    }

    /// All records that are durable, whether applied already or still in the commit journal.
    ///
    /// - Returns: each uid's stages and reasons, newest last.
    func records(of uid: String?) -> [Record] {
        guard let uid else { return [] }
        return records.filter { $0.uid?.text == uid }
    }

    /// Every record, oldest first.
    var records: [Record] {
        let bytes = storage.firstEntries
        var records: [Record] = []
        var at = 0
        do {
            while let leaf = try EntryFraming.leaf(in: bytes.span, at: at) {
                records.append(try Record(leaf: Array(bytes[leaf])))
                at = leaf.upperBound
            }
        } catch {
            return records
        }
        return records
    }
}

/// Runs a test with a proxy of its own, and closes the proxy.
func withProxy(
    _ settings: ProxySettings = ProxySettings(), upstreamCertificate: TestTLS? = nil,
    _ script: @escaping RecordingUpstream.Script = { _ in .bytes(ok("hello")) },
    _ test: @Sendable (ProxyFixture) async throws -> Void
) async throws {
    // A proxy has deadlines: its test must not wait behind hundreds of others for one of the few
    // threads that tasks share.
    try await withTaskExecutorPreference(TestThread()) {
        try await openProxy(settings, upstreamCertificate: upstreamCertificate, script, test)
    }
}

private func openProxy(
    _ settings: ProxySettings, upstreamCertificate: TestTLS?,
    _ script: @escaping RecordingUpstream.Script,
    _ test: @Sendable (ProxyFixture) async throws -> Void
) async throws {
    let upstream = try await RecordingUpstream.start(
        tls: upstreamCertificate?.serverConfiguration(), script)
    let storage = MemoryStorage()
    let fixture = try LedgerFixture()
    let ledger = try fixture.open(storage)
    var random = SystemRandomNumberGenerator()
    let minted = MintedAPIKey(
        name: "machine", kind: .service, roles: ["reader", "writer"], expires: nil,
        random: &random)
    let port = settings.upstreamPort ?? UInt16(upstream.port)
    let rules = try makeRules(settings, key: minted.stored, port: port, generation: 1)
    var service = UpstreamConfiguration(
        name: "billing", host: settings.upstreamHost, port: port, tls: settings.upstreamTLS,
        hostField: settings.hostField)
    service.timeouts = settings.timeouts
    service.forwardsCredentials = settings.forwardsCredentials
    service.removedFields = settings.removedFields
    service.keptFields = settings.keptFields
    service.via = settings.via
    service.pool = settings.pool
    let configuration = HTTPPlaneConfiguration(
        listeners: [
            HTTPListenerConfiguration(
                host: "127.0.0.1", port: 0, tls: settings.tls,
                trustedProxies: settings.trustedProxies, limits: settings.limits)
        ], upstreams: [service], mostIdle: settings.mostIdle,
        holding: settings.holding)
    let clock = fixture.clock
    // Certificates of the test are checked by this clock and by the system's.
    clock.set(
        settings.now
            ?? UTCInstant(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000)))
    let http: HTTPPlane
    let plane: DataPlane
    do {
        http = try HTTPPlane(configuration, rules: rules)
        plane = try await DataPlane.start(
            [http], eventLoops: settings.eventLoops, rules: rules, ledger: ledger,
            limiter: RateLimiter(mostSubjects: 1000),
            clock: ExchangeClock(
                now: { clock.now }, monotonic: { NIODeadline.now().uptimeNanoseconds }),
            logger: settings.logger)
    } catch {
        try await upstream.stop()
        _ = ledger.close()
        throw error
    }
    let proxy = ProxyFixture(
        plane: plane, http: http, upstream: upstream, ledger: ledger, storage: storage,
        key: minted.text,
        mintedKey: minted.stored, clock: clock, settings: settings)
    let result: Result<Void, any Error>
    do {
        result = .success(try await test(proxy))
    } catch {
        result = .failure(error)
    }
    await plane.shutdown(grace: .zero)
    try await upstream.stop()
    _ = ledger.close()
    try result.get()
}

/// One service with two routes; `reader` may read, `writer` may write.
func makeRules(
    _ settings: ProxySettings, key: StoredAPIKey, port: UInt16, generation: UInt64
) throws -> ExchangeRules {
    func route(_ text: String) throws -> ListedRoute {
        ListedRoute(pattern: try RoutePattern(text), audit: nil, allowsEncodedSlash: false)
    }
    let service = ServiceRules(
        name: "billing", match: ServiceRules.Match(host: settings.host, path: .root),
        routes: try (settings.routes ?? ProxySettings.ordinaryRoutes).map(route),
        rules: try settings.rules ?? [
            Rule(
                id: "r-read", effect: .allow,
                conditions: Rule.Conditions(
                    roles: ["reader"], methods: [.get],
                    routes: [try RoutePattern("GET /v1/invoices/{id}")], admitsAnonymous: false),
                tags: []),
            Rule(
                id: "r-write", effect: .allow,
                conditions: Rule.Conditions(
                    roles: ["writer"], methods: [.post, .put], admitsAnonymous: false),
                tags: []),
        ], audit: settings.audit, limit: settings.limit, paths: settings.paths)
    return ExchangeRules(
        rulebook: try Rulebook([service]),
        identity: IdentitySources(
            generation: SourcesGeneration(generation),
            keys: try APIKeyRing([
                APIKeySource(name: "machines", keys: [key], fields: settings.keyFields)
            ]),
            tokens: try TokenVerifier(settings.issuers, digestKey: SymmetricKey(size: .bits256)),
            certificates: settings.certificates),
        privacy: PrivacyChoices(
            name: true, email: true, address: true, userAgent: true, path: true, query: true),
        services: [
            EncodedService(
                name: "billing", address: "127.0.0.1", port: port,
                tlsVerified: settings.upstreamTLS.map { $0.verification != .off })
        ])
}

/// A small response.
func ok(_ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

extension ProxyFixture {
    /// The records of one access, read once the log is closed and everything is in its place.
    func closedRecords(of uid: String?) async throws -> [Record] {
        await plane.shutdown(grace: .seconds(5))
        _ = ledger.close()
        return records(of: uid)
    }
}

extension ProxyFixture {
    /// Puts another configuration in force, as a server does.
    func reload(
        rules: ExchangeRules, upstreams: [UpstreamConfiguration], certificates: [ListenerTLS?]
    ) async throws(DataPlaneFault) {
        http.adopt(try http.change(to: upstreams, of: rules, certificates: certificates))
        try await plane.reload(rules)
    }

    /// Waits until so many exchanges were left by their clients.
    func abandoned(_ count: Int) async throws { try await wait { $0.abandonedRequests >= count } }

    /// Waits until so many heads were refused.
    func malformed(_ count: Int) async throws { try await wait { $0.malformedRequests >= count } }

    /// Waits until the counters are as they should be.
    func wait(_ isReady: (DataPlaneStatus) -> Bool) async throws {
        let deadline = NIODeadline.now() + .seconds(120)
        while !isReady(plane.status) {
            guard NIODeadline.now() < deadline else {
                throw Late(what: "a counter", state: "\(plane.status)")
            }
            await Task.yield()
        }
    }

    /// A second data plane over the same log, on a port of choice.
    func another(
        at port: Int, _ rules: ExchangeRules
    ) async throws(DataPlaneFault) -> DataPlane {
        let http = try HTTPPlane(
            HTTPPlaneConfiguration(
                listeners: [
                    HTTPListenerConfiguration(
                        host: "127.0.0.1", port: port, tls: nil, trustedProxies: [],
                        limits: ClientLimits())
                ],
                upstreams: [
                    UpstreamConfiguration(
                        name: "billing", host: "127.0.0.1", port: 1, tls: nil,
                        hostField: .preserved)
                ]), rules: rules)
        return try await DataPlane.start(
            [http], eventLoops: 1, rules: rules, ledger: ledger,
            limiter: RateLimiter(mostSubjects: 10),
            clock: ExchangeClock(
                now: { UTCInstant(microseconds: 0) },
                monotonic: { NIODeadline.now().uptimeNanoseconds }),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}

extension ClientLimits {
    /// Nobody is given up because the machine is busy: a test about time sets the time that it is about.
    static var patient: ClientLimits {
        var limits = ClientLimits()
        limits.headTimeout = .seconds(600)
        limits.handshakeTimeout = .seconds(600)
        limits.idleTimeout = .seconds(600)
        limits.bodyTimeout = .seconds(600)
        limits.writeTimeout = .seconds(600)
        return limits
    }
}

extension UpstreamTimeouts {
    /// As ``ClientLimits/patient``.
    static var patient: UpstreamTimeouts {
        var timeouts = UpstreamTimeouts()
        timeouts.connect = .seconds(600)
        timeouts.head = .seconds(600)
        timeouts.body = .seconds(600)
        return timeouts
    }
}

extension ResponseHolding {
    /// As ``ClientLimits/patient``: only an answer's length lets it go before its end.
    static var patient: ResponseHolding {
        var holding = ResponseHolding()
        holding.longest = .seconds(600)
        return holding
    }
}
