// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Testing

@Suite("What protocols add to a record")
struct ProtocolMemberTests {
    /// The leaf of an access with facts, read back.
    private func record(
        _ facts: RecordFacts, change: (inout AccessRecord) -> Void = { _ in }
    ) throws -> Record {
        var access = try Sample.access()
        access.facts = facts
        change(&access)
        let record = try Record(
            leaf: Sample.complete(
                access.draft(
                    host: Array("api.example.com".utf8).span, producer: try Sample.producer())))
        #expect(record.faults == [])
        return record
    }

    /// One member of a record as its canonical text.
    private func text(_ record: Record, _ member: String) throws -> String {
        String(decoding: CanonicalJSON.encode(try #require(record.value[member])), as: UTF8.self)
    }

    private var uid: UniqueID {
        get throws { try #require(UniqueID("019dab3c-5f59-7c3e-9d0a-000000000001")) }
    }

    @Test("A statement to a database: db")
    func database() throws {
        let record = try record(
            RecordFacts(
                .database(.read),
                database: DatabaseFacts(
                    system: "postgresql", name: "shop", operation: "select",
                    tables: ["billing.invoices", "", "lines"], rows: 3, bytes: 120, status: "00000",
                    fingerprint: "fp_1", backend: 4711, account: .read)))
        #expect(
            try text(record, "db")
                == #"{"account":"read","backend_pid":4711,"bytes":120,"fingerprint":"fp_1","name":"shop","#
                + #""operation":"select","rows":3,"status":"00000","system":"postgresql","#
                + #""tables":["billing.invoices","lines"]}"#)
        #expect(record.action == "db.statement")
        #expect(record.event("class")?.integer == 6005)
        #expect(record.event("activity")?.integer == 1)
        #expect(record.word(.category) == "access")
    }

    @Test("A request to Kubernetes: k8s")
    func kubernetes() throws {
        let record = try record(
            RecordFacts(
                .kubernetes,
                kubernetes: KubernetesFacts(
                    verb: "connect", group: "apps", resource: "pods", subresource: "exec",
                    namespace: "shop", container: "web", terminal: true, exit: "lost",
                    streams: KubernetesFacts.Streams(input: 1, output: 2, errors: 0))))
        #expect(
            try text(record, "k8s")
                == #"{"api_group":"apps","bytes":{"stderr":0,"stdin":1,"stdout":2},"container":"web","#
                + #""exit":"lost","namespace":"shop","resource":"pods","subresource":"exec","#
                + #""tty":true,"verb":"connect"}"#)
        #expect(record.action == "k8s.request")
        #expect(record.event("class")?.integer == 6003)
        #expect(record.event("activity")?.integer == 2)
    }

    @Test("A message of an agent: mcp, and who it is and acts for")
    func mcp() throws {
        let record = try record(
            RecordFacts(
                .mcp,
                mcp: MCPFacts(
                    method: "tools/call", server: "tickets", tool: "search",
                    toolHash: "sha256:00", version: "2025-06-18", error: "-32602",
                    parameterBytes: 10, resultBytes: 20))
        ) { access in
            access.actor = EncodedActor(
                Principal(
                    uid: "sub_a", kind: .agent, issuer: "idp", roles: [], session: nil,
                    authentication: Authentication(method: .oidc)),
                via: [
                    ActingParty(uid: "sub_b", kind: .agent, issuer: nil),
                    ActingParty(uid: "sub_c", kind: .user, issuer: "idp"),
                ],
                agent: AgentFacts(name: "helper", version: "1", model: "m", run: "run-1"))
        }
        #expect(
            try text(record, "mcp")
                == #"{"error":"-32602","method":"tools/call","params_size":10,"protocol":"2025-06-18","#
                + #""result_size":20,"server":"tickets","tool":"search","tool_hash":"sha256:00"}"#)
        #expect(record.action == "mcp.message")
        let agent = try #require(record.value[path: "actor", "agent"])
        #expect(
            String(decoding: CanonicalJSON.encode(agent), as: UTF8.self)
                == #"{"model":"m","name":"helper","run":"run-1","version":"1"}"#)
        let via = try #require(record.value[path: "actor", "via"])
        #expect(
            String(decoding: CanonicalJSON.encode(via), as: UTF8.self)
                == #"[{"type":"agent","uid":"sub_b"},{"issuer":"idp","type":"user","uid":"sub_c"}]"#
        )
    }

    @Test("Where an operation stands in its session: session")
    func session() throws {
        let start = try record(
            RecordFacts(.sessionStart, session: SessionFacts(uid: uid, operation: 0)))
        #expect(
            try text(start, "session")
                == #"{"op":0,"uid":"019dab3c-5f59-7c3e-9d0a-000000000001"}"#)
        #expect(start.action == "session.start")
        let end = try record(
            RecordFacts(
                .sessionEnd, session: SessionFacts(uid: uid, operation: nil, reason: "idle")))
        #expect(
            try text(end, "session")
                == #"{"reason":"idle","uid":"019dab3c-5f59-7c3e-9d0a-000000000001"}"#)
        #expect(end.action == "session.end")
    }

    @Test("An event of another system: foreign")
    func foreign() throws {
        let record = try record(
            RecordFacts(
                .foreign,
                foreign: ForeignFacts(
                    source: "edge", id: "a-1", sequence: 7, received: Sample.time,
                    time: Sample.time, zone: "assumed", clock: "ahead", host: "web-1",
                    parse: .partial, phase: .end, isTruncated: true, conflict: uid, missing: uid,
                    gap: ForeignFacts.Gap(cause: "overrun", count: 2, positions: 8...9),
                    hasRestarted: true, stalledBy: "p1")))
        let time = Sample.time.rfc3339
        #expect(
            try text(record, "foreign")
                == #"{"clock":"ahead","conflict":"019dab3c-5f59-7c3e-9d0a-000000000001","#
                + #""gap":{"cause":"overrun","count":2,"from":8,"to":9},"host":"web-1","id":"a-1","#
                + #""missing":"019dab3c-5f59-7c3e-9d0a-000000000001","parse":"partial","phase":"end","#
                + #""received":"\#(time)","restarted":true,"seq":7,"source":"edge","stalled":"p1","#
                + #""time":"\#(time)","truncated":true,"zone":"assumed"}"#)
        #expect(record.action == "foreign.event")
    }

    @Test(
        "Streams, calls and sockets over HTTP: http.reset, http.upstream_version, grpc, upstream, websocket"
    )
    func streams() throws {
        var client = WebSocketFacts.Direction()
        client.bytes = 5
        client.frames.text = 2
        client.frames.close = 1
        let facts = RecordFacts(
            grpc: GRPCFacts(service: "shop.Orders", method: "Place", status: 14),
            upstream: UpstreamFacts(
                attempts: [
                    UpstreamFacts.Attempt(
                        address: EncodedText("10.0.0.1"), port: 8443, durationMicroseconds: 9,
                        reason: .upstreamTimeout),
                    UpstreamFacts.Attempt(
                        address: EncodedText("::1"), port: 1, durationMicroseconds: nil,
                        reason: nil),
                ], isPanic: true),
            webSocket: WebSocketFacts(
                client: client, service: WebSocketFacts.Direction(), close: 1001,
                closedBy: .client))
        let record = try record(facts) { access in
            access.http.upstreamVersion = .http2
            access.http.reset = StreamReset(by: .service, code: 8)
        }
        #expect(
            try text(record, "grpc")
                == #"{"method":"Place","service":"shop.Orders","status":14}"#)
        #expect(
            try text(record, "upstream")
                == #"{"attempts":[{"address":"10.0.0.1","duration_us":9,"port":8443,"#
                + #""reason":"upstream_timeout"},{"address":"::1","port":1}],"panic":true}"#)
        #expect(
            try text(record, "websocket")
                == #"{"bytes":{"client":5,"service":0},"close":1001,"closed_by":"client","#
                + #""frames":{"client":{"close":1,"text":2}}}"#)
        #expect(record.value[path: "http", "upstream_version"]?.string == "2")
        #expect(record.value[path: "http", "reset", "by"]?.string == "service")
        #expect(record.value[path: "http", "reset", "code"]?.integer == 8)
        #expect(record.action == "http.request")
        #expect(record.event("class")?.integer == 6003)
    }

    @Test("Inspection and an operator's labels: inspect, labels")
    func inspection() throws {
        let labels = try #require(RecordLabels(["team": "blue", "env": "prod\n"]))
        let facts = RecordFacts(
            inspection: InspectionFacts(
                findings: 2, redacted: 1, rules: ["942100"], targets: ["args"], mode: .detect,
                masked: 4, score: 5, fault: "deadline"),
            labels: labels)
        let record = try record(facts)
        #expect(
            try text(record, "inspect")
                == #"{"fault":"deadline","findings":2,"masked":4,"mode":"detect","redacted":1,"#
                + #""rules":["942100"],"score":5,"targets":["args"]}"#)
        #expect(try text(record, "labels") == #"{"env":"prod\n","team":"blue"}"#)
    }

    @Test("Labels keep to their number and form")
    func labels() {
        #expect(RecordLabels([:]) == nil)
        #expect(RecordLabels(["Team": "blue"]) == nil)
        #expect(RecordLabels(["": "blue"]) == nil)
        #expect(RecordLabels(["team": ""]) == nil)
        func some(_ count: Int) -> [String: String] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("n\($0)", "v") })
        }
        #expect(RecordLabels(some(16)) != nil)
        #expect(RecordLabels(some(17)) == nil)
    }

    @Test("What is too long is cut and told, also behind the list of what is cut")
    func cut() throws {
        let long = String(repeating: "ä", count: 2000)
        let labels = try #require(RecordLabels(["note": long]))
        let attempt = UpstreamFacts.Attempt(
            address: EncodedText("10.0.0.1"), port: 1, durationMicroseconds: nil, reason: nil)
        let facts = RecordFacts(
            database: DatabaseFacts(
                system: "postgresql", operation: long,
                tables: Array(repeating: "t", count: 65)),
            labels: labels,
            upstream: UpstreamFacts(
                attempts: Array(repeating: attempt, count: 65), isPanic: false))
        let record = try record(facts)
        let told = try #require(record.value["truncated"]?.array).compactMap(\.string)
        #expect(
            Set(told) == ["db.operation", "db.tables", "labels.note", "upstream.attempts"])
        #expect(record.value[path: "upstream", "attempts"]?.array?.count == 64)
    }

    @Test("Facts that say nothing leave no member behind")
    func empty() throws {
        let record = try record(
            RecordFacts(
                grpc: GRPCFacts(service: nil, method: "", status: nil),
                upstream: UpstreamFacts(attempts: [], isPanic: false)))
        #expect(record.value["grpc"] == nil)
        #expect(record.value["upstream"] == nil)
    }

    @Test("Hostile text stays text in every member")
    func hostile() throws {
        let text = "\",\"uid\":\"x\u{1b}[2J\u{202e}\\"
        let facts = RecordFacts(
            .mcp,
            database: DatabaseFacts(system: text, name: text, operation: text, tables: [text]),
            foreign: ForeignFacts(source: text, id: text, zone: text, host: text),
            grpc: GRPCFacts(service: text, method: text, status: nil),
            kubernetes: KubernetesFacts(verb: text, namespace: text, exit: text),
            mcp: MCPFacts(method: text, tool: text, error: text))
        let record = try record(facts)
        for (member, name) in [
            ("db", "system"), ("foreign", "id"), ("grpc", "method"), ("k8s", "verb"),
            ("mcp", "tool"),
        ] { #expect(record.value[path: member, name]?.string == text) }
        #expect(record.uid == Sample.uid)
    }

    @Test("The outcome that a crash left open repeats what the started record says of its protocol")
    func unknownOutcome() throws {
        let started = try record(
            RecordFacts(
                .database(.update),
                database: DatabaseFacts(system: "mariadb", operation: "update"),
                session: SessionFacts(uid: uid, operation: 4))
        ) {
            $0.stage = .started
            $0.end = .open
        }
        let outcome = try #require(
            SystemRecord.unknownOutcome(of: started, time: Sample.time))
        let record = try Record(
            leaf: Sample.complete(outcome.draft(producer: try Sample.producer())))
        #expect(record.faults == [])
        #expect(record.stage == .unknown)
        #expect(record.value["db"] == started.value["db"])
        #expect(record.value["session"] == started.value["session"])
        for name in ["action", "activity", "category", "class"] {
            #expect(record.event(name) == started.event(name))
        }
    }

    @Test("An access that a later version started is not left open")
    func laterStart() throws {
        let draft = try Sample.access()
        var access = draft
        access.stage = .started
        let leaf = Sample.complete(
            access.draft(host: [UInt8]().span, producer: try Sample.producer()))
        let later = String(decoding: leaf, as: UTF8.self)
            .replacing(#""action":"http.request""#, with: #""action":"ssh.exec""#)
            .replacing(
                #""category":"access","class":6003"#, with: #""category":"shell","class":7001"#)
        let started = try Record(leaf: Array(later.utf8))
        #expect(started.faults == [])
        let outcome = try #require(
            SystemRecord.unknownOutcome(of: started, time: Sample.time))
        let record = try Record(
            leaf: Sample.complete(outcome.draft(producer: try Sample.producer())))
        #expect(record.faults == [])
        #expect(record.action == "ssh.exec")
        #expect(record.word(.category) == "shell")
        #expect(record.event("class")?.integer == 7001)
    }
}
