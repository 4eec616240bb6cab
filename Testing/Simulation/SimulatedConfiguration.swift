// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Crypto
internal import Access
internal import Identity
internal import Policy
internal import TestSupport

/// The configuration of the simulated proxy: one service for each way in which a route can be recorded.
struct SimulatedConfiguration {
    let services: [AuditPolicy]
    let rules: ExchangeRules
    /// API keys that may read and write.
    let keys: [String]

    init(random: inout SeededGenerator) throws {
        services = AuditPolicy.Ahead.allCases.flatMap { ahead in
            AuditPolicy.OnFailure.allCases.flatMap { onFailure in
                AuditPolicy.Outcome.allCases.map {
                    AuditPolicy(ahead: ahead, onFailure: onFailure, outcome: $0)
                }
            }
        }
        var minted: [MintedAPIKey] = []
        for name in ["alice", "bob"] {
            minted.append(
                MintedAPIKey(
                    name: name, kind: .service, roles: ["member"], expires: nil, random: &random))
        }
        keys = minted.map(\.text)
        rules = ExchangeRules(
            rulebook: try Rulebook(services.map(Self.service)),
            identity: IdentitySources(
                generation: SourcesGeneration(1),
                keys: try APIKeyRing([APIKeySource(name: "keys", keys: minted.map(\.stored))]),
                tokens: try TokenVerifier([], digestKey: SymmetricKey(size: .bits256)),
                certificates: nil),
            privacy: PrivacyChoices(
                name: true, email: true, address: true, userAgent: true, path: true, query: true),
            services: services.map {
                EncodedService(
                    name: Self.name($0), address: "127.0.0.1", port: 80, tlsVerified: nil)
            })
    }

    /// The name of a service and of its host.
    static func name(_ audit: AuditPolicy) -> String {
        "\(audit.ahead.rawValue)-\(audit.onFailure.rawValue)-\(audit.outcome.rawValue)"
    }

    private static func service(_ audit: AuditPolicy) throws -> ServiceRules {
        let routes = try [
            "GET /open", "POST /open", "GET /items/{id}", "POST /items", "GET /secret",
        ]
        .map {
            ListedRoute(pattern: try RoutePattern($0), audit: nil, allowsEncodedSlash: false)
        }
        guard let host = HostPattern(name(audit) + ".example") else {
            throw SimulatedConfigurationFault.badHost
        }
        return ServiceRules(
            name: name(audit), match: ServiceRules.Match(host: host, path: .root), routes: routes,
            rules: [
                Rule(
                    id: "r-deny", effect: .deny,
                    conditions: Rule.Conditions(
                        routes: [try RoutePattern("GET /secret")], admitsAnonymous: false),
                    tags: []),
                Rule(
                    id: "r-open", effect: .allow,
                    conditions: Rule.Conditions(
                        routes: [try RoutePattern("GET /open"), try RoutePattern("POST /open")],
                        admitsAnonymous: true), tags: []),
                Rule(
                    id: "r-members", effect: .allow,
                    conditions: Rule.Conditions(roles: ["member"], admitsAnonymous: false),
                    tags: []),
            ], audit: audit, limit: nil)
    }
}

private enum SimulatedConfigurationFault: Error {
    case badHost
}

/// A request of a simulated client.
struct MadeUpRequest {
    let audit: AuditPolicy
    let method: Method
    let path: String
    let key: String?

    init(_ configuration: SimulatedConfiguration, random: inout SeededGenerator) {
        audit =
            configuration.services[Int.random(in: 0..<configuration.services.count, using: &random)]
        let isPost = Bool.random(using: &random)
        method = isPost ? .post : .get
        // Mostly allowed; now and then denied, unknown, or without the key that it needs.
        switch Int.random(in: 0..<10, using: &random) {
        case 0: path = "/secret"
        case 1: path = "/nowhere"
        case 2...5: path = "/open"
        default: path = isPost ? "/items" : "/items/7"
        }
        key =
            Int.random(in: 0..<4, using: &random) == 0
            ? nil : configuration.keys[Int.random(in: 0..<configuration.keys.count, using: &random)]
    }

    /// Of a request that has content.
    static let contentBytes = 14

    var recordsAhead: Bool { audit.recordsAhead(mayChange: !method.isSafe) }

    /// The head as a data plane hands it over.
    var received: AccessRequest {
        var head: [UInt8] = []
        func put(_ text: String) -> Range<Int> {
            let start = head.count
            head += Array(text.utf8)
            defer { head.append(UInt8(ascii: "\n")) }
            return start..<head.count
        }
        let (host, path) = (put(SimulatedConfiguration.name(audit) + ".example"), put(path))
        let credential: PresentedCredential =
            key.map { .one(ShownCredential(.apiKey, in: .xAPIKey, put($0))) } ?? .none
        return AccessRequest(
            bytes: head,
            facts: .http(
                HTTPRequestFacts(
                    host: host, path: path, query: nil, method: method, version: .http11,
                    traits: .none)),
            credential: credential, trace: nil, userAgent: nil)
    }
}
