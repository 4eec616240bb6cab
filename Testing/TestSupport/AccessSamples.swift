// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import ByteCoding
internal import Crypto
internal import Disclosures
internal import Merkle

/// Accesses with everything that an access can have.
package enum AccessSamples {
    package static let time = UTCInstant(microseconds: 1_795_000_000_000_000)
    package static let uid = UniqueID(at: time, random: (1, 2))

    /// One of each kind.
    package static let kinds: [AccessKind] = [
        .http, .database(.read), .kubernetes, .mcp, .sessionStart, .sessionEnd, .foreign,
    ]

    package static func access(_ kind: AccessKind) throws -> AccessRecord {
        guard let salt = Salt([UInt8](repeating: 1, count: 32)) else {
            throw FixtureFault.badSample
        }
        let path = Array("/v1".utf8)
        let subject = SubjectKey(
            id: .tenant, lookup: .zero,
            key: SymmetricKey(data: [UInt8](repeating: 0x11, count: 32)))
        var record = AccessRecord(
            uid: uid, time: time, stage: .complete, actor: actor,
            service: EncodedService(
                name: "billing", address: "127.0.0.1", port: 1, tlsVerified: true),
            http: HTTPFacts(
                method: .other("FOO"), scheme: .https, version: .http11,
                route: EncodedRoute("/v1"), status: 200, upstreamStatus: 201, requestSize: 1,
                responseSize: 1, upstreamVersion: .http2,
                reset: StreamReset(by: .client, code: 8)),
            decision: EncodedDecision(
                Decision(
                    effect: .allow, policy: "p", policyVersion: "sha256:0", rule: "r",
                    reason: .roleMatch, reading: [.parameters, .spelling]), approval: "u"),
            end: EventEnd(.roleMatch, status: 200), reason: .ruleDenied,
            commitments: Commitments(
                what: Disclosure.what(
                    path: path.span, query: path.span, subject: subject, salt: salt)),
            durationMicroseconds: 1,
            trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1),
            limit: LimitFacts(
                bucket: EncodedText("actor"), limit: 1, remaining: 0, resetSeconds: 1),
            facts: try facts(kind), dataTags: ["pii"], zone: EncodedText("office"))
        record.answersAhead = true
        record.detail = "a place"
        return record
    }

    private static let actor = EncodedActor(
        Principal(
            uid: "sub_1", kind: .user, issuer: "idp", roles: ["reader"], session: "s",
            authentication: Authentication(
                method: .oidc, multiFactor: true, binding: .mtls, key: "k", token: "t")),
        claim: ActorClaim(
            ClaimedIdentity(method: .apikey, key: "k", issuer: "machines", isVerified: true),
            uid: "sub_2"), unusedClaims: ["groups"],
        via: [ActingParty(uid: "sub_3", kind: .user, issuer: "idp")],
        agent: AgentFacts(name: "helper", version: "1", model: "m", run: "run-1"))

    /// A typical access of each kind, with the words it is listed by.
    package static func typical() throws -> [(words: String, access: AccessRecord)] {
        let all = try facts(.http)
        let kinds: [(String, RecordFacts)] = [
            ("select lines", RecordFacts(.database(.read), database: all.database)),
            ("get pods/log in shop", RecordFacts(.kubernetes, kubernetes: all.kubernetes)),
            ("tools/call t", RecordFacts(.mcp, mcp: all.mcp)),
            ("shop.Orders/Place", RecordFacts(grpc: all.grpc, inspection: all.inspection)),
            (
                "_OTHER /v1",
                RecordFacts(
                    labels: all.labels, upstream: all.upstream, webSocket: all.webSocket)
            ),
            ("session.start", RecordFacts(.sessionStart, session: all.session)),
            ("session.end", RecordFacts(.sessionEnd, session: all.session)),
            ("foreign.event", RecordFacts(.foreign, foreign: all.foreign)),
        ]
        return try kinds.enumerated().map { number, sample in
            var access = try access(.http)
            access.uid = UniqueID(at: time, random: (7, UInt64(number) << 2))
            access.facts = sample.1
            access.reason = nil
            access.detail = nil
            access.commitments = .none
            if sample.1.kind != .http { access.http.method = nil }
            return (sample.0, access)
        }
    }

    /// Everything that protocols add, in one record.
    private static func facts(_ kind: AccessKind) throws -> RecordFacts {
        guard let labels = RecordLabels(["team": "blue"]) else { throw FixtureFault.badSample }
        return RecordFacts(
            kind,
            database: DatabaseFacts(
                system: "postgresql", name: "shop", operation: "select", tables: ["lines"],
                rows: 1, bytes: 1, status: "00000", fingerprint: "f", backend: 1, account: .read),
            foreign: ForeignFacts(
                source: "edge", id: "1", sequence: 1, received: time, time: time,
                zone: "assumed", clock: "ahead", host: "web", parse: .partial, phase: .end,
                isTruncated: true, conflict: uid, missing: uid,
                gap: ForeignFacts.Gap(cause: "overrun", count: 1, positions: 1...2),
                hasRestarted: true, stalledBy: "p"),
            grpc: GRPCFacts(service: "shop.Orders", method: "Place", status: 0),
            inspection: InspectionFacts(
                findings: 1, redacted: 1, rules: ["r"], targets: ["args"], mode: .block,
                masked: 1, score: 1, fault: "deadline"),
            kubernetes: KubernetesFacts(
                verb: "get", group: "apps", resource: "pods", subresource: "log",
                namespace: "shop", container: "web", terminal: true, exit: "0",
                streams: KubernetesFacts.Streams(input: 1, output: 1, errors: 1)),
            labels: labels,
            mcp: MCPFacts(
                method: "tools/call", server: "s", tool: "t", toolHash: "sha256:00",
                version: "2025-06-18", error: "tool", parameterBytes: 1, resultBytes: 1),
            session: SessionFacts(uid: uid, operation: 1, reason: "idle"),
            upstream: UpstreamFacts(
                attempts: [
                    UpstreamFacts.Attempt(
                        address: EncodedText("127.0.0.1"), port: 1, durationMicroseconds: 1,
                        reason: .upstreamTimeout)
                ], isPanic: true),
            webSocket: WebSocketFacts(
                client: direction, service: direction, close: 1000, closedBy: .service))
    }

    private static var direction: WebSocketFacts.Direction {
        var direction = WebSocketFacts.Direction()
        direction.bytes = 1
        direction.frames.binary = 1
        direction.frames.close = 1
        direction.frames.continuation = 1
        direction.frames.ping = 1
        direction.frames.pong = 1
        direction.frames.text = 1
        return direction
    }
}
