// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import Ledger
import Testing

/// One row of what a service may do to its clients, and what they get instead.
struct HostileAnswer: Sendable {
    enum Outcome: Sendable {
        /// Nothing of it leaves; the client's connection lives on.
        case refused(status: Int, reason: String)
        /// It is passed on as it was understood.
        case passed(status: Int, body: String)
    }

    let name: String
    /// One scalar a byte.
    let text: String
    var method = "GET"
    var closes = false
    let outcome: Outcome
    /// Whether the connection may serve another request.
    var isKept = false

    static func malformed(_ name: String, _ text: String) -> HostileAnswer {
        HostileAnswer(
            name: name, text: text,
            outcome: .refused(status: 502, reason: "upstream_malformed"))
    }

    /// A connection that ends before its answer does.
    static func broken(_ name: String, _ text: String) -> HostileAnswer {
        HostileAnswer(
            name: name, text: text, closes: true,
            outcome: .refused(status: 502, reason: "upstream_closed"))
    }
}

/// Performs rows on one running proxy: the service gives each answer in one burst and byte by byte.
///
/// After every row the next request gets its own answer, over another connection unless the row says that
/// this one is kept.
struct HostileAnswerTable {
    private let proxy: ProxyFixture
    private var wanted: [(row: String, uid: String, reason: String?)] = []

    static func perform(
        _ rows: [HostileAnswer], _ settings: ProxySettings = ProxySettings(),
        paces: [Pace] = Pace.allCases, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await withProxy(settings) { request in
            reply(to: request.message, rows)
        } _: { proxy in
            var table = HostileAnswerTable(proxy: proxy)
            for (number, row) in rows.enumerated() {
                for pace in paces {
                    try await table.perform(row, number, pace, sourceLocation)
                }
            }
            try await table.checkRecords(sourceLocation)
        }
    }

    private static func reply(
        to request: WireMessage, _ rows: [HostileAnswer]
    ) -> RecordingUpstream.Reply {
        let parts = request.startLine.split(separator: " ")[1].split(separator: "-")
        guard parts.count == 3, let number = Int(parts[1]) else {
            return .bytes(ok(request.startLine))
        }
        return .exactly(
            Array(latin1: rows[number].text), parts[2] == "drip" ? .drip : .burst,
            thenCloses: rows[number].closes)
    }

    private init(proxy: ProxyFixture) { self.proxy = proxy }

    private mutating func perform(
        _ row: HostileAnswer, _ number: Int, _ pace: Pace, _ location: SourceLocation
    ) async throws {
        let name: Comment = "\(row.name) (\(pace))"
        let client = try await proxy.connect()
        let request = proxy.get("/v1/invoices/row-\(number)-\(pace)")
            .replacing("GET ", with: row.method + " ")
        try await client.send(request)
        switch row.outcome {
        case .refused(let status, let reason):
            let answer = try await client.response()
            #expect(answer.status == status, name, sourceLocation: location)
            #expect(
                answer.body.contains("problem:\(reason)\""), name, sourceLocation: location)
            wanted.append((name.rawValue, answer.value("Countersign-Record") ?? "none", reason))
        case .passed(let status, let body):
            let isBare = row.method == "HEAD" || status == 204 || status == 304
            let answer = try await client.response(toHead: isBare)
            #expect(answer.status == status, name, sourceLocation: location)
            #expect(answer.body == body, name, sourceLocation: location)
            wanted.append((name.rawValue, answer.value("Countersign-Record") ?? "none", nil))
        }
        let used = try #require(proxy.upstream.connections.last, name)
        if !row.isKept { try await proxy.upstream.closed(used) }
        let path = "/v1/invoices/after"
        try await client.send(proxy.get(path))
        #expect(
            try await client.response().body == "GET \(path) HTTP/1.1", name,
            sourceLocation: location)
        let connection = try #require(proxy.upstream.connections.last, name)
        #expect((connection == used) == row.isKept, name, sourceLocation: location)
        try await client.close()
    }

    private func checkRecords(_ location: SourceLocation) async throws {
        await proxy.plane.shutdown(grace: .seconds(5))
        _ = proxy.ledger.close()
        let records = proxy.records.filter { $0.stage != .started }
        for (row, uid, reason) in wanted {
            let found = records.filter { $0.uid?.text == uid }
            #expect(found.count == 1, "\(row)", sourceLocation: location)
            if let reason {
                #expect(found.map(\.reason) == [reason], "\(row)", sourceLocation: location)
            }
        }
    }
}
