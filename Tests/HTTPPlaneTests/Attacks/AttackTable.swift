// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import Ledger
import Testing

/// Performs the rows of a table on one running proxy before one service that says what it was asked for.
///
/// Every row is sent in one burst and byte by byte, with a request behind it on the same connection. After
/// every row another client asks over what connection to the service there is, and gets its own answer.
struct AttackTable {
    let proxy: ProxyFixture
    private let witness: RawClient
    private var wanted: [(row: String, uid: String, reason: String?)] = []
    private var number = 0

    static func perform(
        _ rows: [Attack], _ settings: ProxySettings = ProxySettings(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await withProxy(settings) { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            var table = AttackTable(proxy: proxy, witness: try await proxy.connect())
            for row in rows {
                for pace in Pace.allCases { try await table.perform(row, pace, sourceLocation) }
                try await table.askElsewhere(row, sourceLocation)
            }
            try await table.checkRecords(sourceLocation)
        }
    }

    private init(proxy: ProxyFixture, witness: RawClient) {
        self.proxy = proxy
        self.witness = witness
    }

    private mutating func perform(
        _ row: Attack, _ pace: Pace, _ location: SourceLocation
    ) async throws {
        number += 1
        let name: Comment = "\(row.name) (\(pace))"
        let upstream = proxy.upstream
        let (before, requests) = (upstream.byteCount, upstream.requestCount)
        let canary = "GET /v1/invoices/canary-\(number) HTTP/1.1"
        let client = try await proxy.connect()
        let canaryText = Attack.request(canary, "Connection: close\r\n")
        switch pace {
        case .burst: client.begin(bytes(row.text + canaryText), .burst)
        case .drip:
            client.begin(bytes(row.text), .drip)
            client.begin(bytes(canaryText), .burst)
        }
        let text = try await client.untilClosed()
        var answer = try await client.response()
        if answer.status == 100 { answer = try await client.response() }
        #expect(answer.status == row.status, name, sourceLocation: location)
        if let reason = row.reason {
            let problem = "urn:countersign:problem:\(reason)\""
            #expect(answer.body.contains(problem), name, sourceLocation: location)
        }
        if row.status != 200 {
            #expect(answer.isPlainRefusal, name, sourceLocation: location)
        }
        wanted.append((name.rawValue, answer.value("Countersign-Record") ?? "none", row.reason))

        let answers = text.occurrences(of: "Countersign-Record: ")
        #expect(answers == (row.closes ? 1 : 2), name, sourceLocation: location)
        if !row.closes {
            #expect(try await client.response().body == canary, name, sourceLocation: location)
        }
        let seen = upstream.allRequests[requests...].map(\.message)
        let expected = (row.sight == .whole ? 1 : 0) + (row.closes ? 0 : 1)
        #expect(seen.count == expected, name, sourceLocation: location)
        if row.sight == .whole, let request = seen.first {
            #expect(row.isRight(request), name, sourceLocation: location)
            #expect(request.isFramedOnce, name, sourceLocation: location)
        }
        if row.sight == .nothing, row.closes {
            #expect(upstream.byteCount == before, name, sourceLocation: location)
        }
    }

    private func bytes(_ text: String) -> [UInt8] {
        Array(latin1: text.replacing("{key}", with: proxy.key))
    }

    /// Another client's request gets its own answer, whatever was done to the connections.
    private func askElsewhere(_ row: Attack, _ location: SourceLocation) async throws {
        let path = "/v1/invoices/witness-\(number)"
        try await witness.send(proxy.get(path))
        let answer = try await witness.response()
        #expect(answer.body == "GET \(path) HTTP/1.1", "\(row.name)", sourceLocation: location)
    }

    /// Every access has one outcome, and that says why.
    private func checkRecords(_ location: SourceLocation) async throws {
        await proxy.plane.shutdown(grace: .seconds(5))
        _ = proxy.ledger.close()
        var outcomes: [String: [Record]] = [:]
        for record in proxy.records where record.stage != .started {
            outcomes[record.uid?.text ?? "none", default: []].append(record)
        }
        for (row, uid, reason) in wanted {
            let found = outcomes[uid] ?? []
            #expect(found.count == 1, "\(row)", sourceLocation: location)
            if let reason {
                #expect(found.map(\.reason) == [reason], "\(row)", sourceLocation: location)
            }
        }
        let smuggled = proxy.upstream.allRequests.filter {
            $0.message.startLine.contains("smuggled")
        }
        #expect(smuggled.isEmpty, sourceLocation: location)
    }
}

extension WireMessage {
    /// Whether this is an answer of our own that tells nothing of the request.
    var isPlainRefusal: Bool {
        values("Content-Type") == ["application/problem+json"]
            && values("Cache-Control") == ["no-store"]
            && values("X-Content-Type-Options") == ["nosniff"]
            && value("Countersign-Record").map { body.contains($0) } == true
            && ["invoices", "admin", "evil", "smuggled", "canary", "example"].allSatisfy {
                !body.contains($0)
            }
    }

    /// Whether exactly one field, or none, says where the body ends.
    var isFramedOnce: Bool {
        let (lengths, codings) = (values("Content-Length"), values("Transfer-Encoding"))
        return lengths.count + codings.count <= 1 && codings.allSatisfy { $0 == "chunked" }
            && lengths.allSatisfy { Int($0).map(String.init) == $0 }
    }
}

extension String {
    /// How often a text occurs.
    func occurrences(of text: String) -> Int { ranges(of: text).count }
}
