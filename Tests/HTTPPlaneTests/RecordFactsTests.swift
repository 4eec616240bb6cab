// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import HTTPWire
import Ledger
import Testing

/// What an outcome says of destination, sizes and time, held against what happened.
@Suite("Facts of a record")
struct RecordFactsTests {
    /// One access and where its request went.
    struct Row: Sendable {
        let request: String
        let status: Int
        let service: String
        let isAsked: Bool
        var requestSize: Int64?
    }

    static let rows = [
        Row(request: "GET /v1/invoices/1", status: 200, service: "billing", isAsked: true),
        Row(request: "HEAD /v1/invoices/1", status: 200, service: "billing", isAsked: true),
        Row(
            request: "POST /v1/invoices", status: 200, service: "billing", isAsked: true,
            requestSize: 5),
        Row(request: "GET /forbidden", status: 403, service: "billing", isAsked: false),
        Row(request: "HEAD /forbidden", status: 403, service: "billing", isAsked: false),
        Row(request: "GET /nowhere", status: 404, service: "billing", isAsked: false),
        Row(request: "DELETE /v1/invoices", status: 405, service: "billing", isAsked: false),
        Row(request: "TRACE /v1/invoices", status: 405, service: "countersign", isAsked: false),
        Row(request: "PUT /v1/invoices/1", status: 413, service: "billing", isAsked: false),
        Row(request: "GET /v1/../x", status: 400, service: "countersign", isAsked: false),
    ]

    @Test("Destination and sizes are those of what was sent")
    func facts() async throws {
        var settings = ProxySettings()
        settings.limits.mostBodyBytes = 10
        try await withProxy(settings) { request in
            request.message.startLine.hasPrefix("HEAD")
                ? .bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") : .bytes(ok("hello"))
        } _: { proxy in
            var seen: [(row: Row, uid: String, size: Int)] = []
            for row in Self.rows {
                let client = try await proxy.connect()
                let body = row.requestSize == nil ? "" : "hello"
                let length =
                    row.status == 413
                    ? "Content-Length: 11\r\nExpect: 100-continue\r\n"
                    : body.isEmpty ? "" : "Content-Length: 5\r\n"
                try await client.send(
                    "\(row.request) HTTP/1.1\r\nHost: a\r\nX-Api-Key: \(proxy.key)\r\n\(length)\r\n\(body)"
                )
                let answer = try await client.response(toHead: row.request.hasPrefix("HEAD"))
                #expect(answer.status == row.status, "\(row)")
                let uid = try #require(answer.value("Countersign-Record"))
                seen.append((row, uid, answer.body.utf8.count))
            }
            await proxy.plane.shutdown(grace: .seconds(5))
            _ = proxy.ledger.close()
            for (row, uid, size) in seen {
                let record = try #require(proxy.records(of: uid).last { $0.stage != .started })
                let destination = record.value[path: "dst"]
                #expect(destination?[path: "service"]?.string == row.service, "\(row)")
                let address = destination?[path: "address"]?.string
                #expect(address == (row.isAsked ? "127.0.0.1" : nil), "\(row)")
                #expect((destination?[path: "port"] != nil) == row.isAsked, "\(row)")
                let http = record.value[path: "http"]
                #expect(http?[path: "response_size"]?.integer == Int64(size), "\(row)")
                #expect(http?[path: "request_size"]?.integer == row.requestSize, "\(row)")
                let isUnderstood = ![400].contains(row.status) && !row.request.hasPrefix("TRACE")
                #expect((record.value[path: "duration_us"] != nil) == isUnderstood, "\(row)")
            }
        }
    }

    @Test("A service that cannot be reached is named with its address, and the answer is ours")
    func unreachable() async throws {
        var settings = ProxySettings()
        settings.upstreamPort = 1
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let answer = try await client.response()
            #expect(answer.status == 502)
            let record = try #require(
                try await proxy.closedRecords(of: answer.value("Countersign-Record")).last)
            #expect(record.value[path: "dst", "port"]?.integer == 1)
            let size = record.value[path: "http", "response_size"]?.integer
            #expect(size == Int64(answer.body.utf8.count))
            #expect(proxy.ledger.counters.forwarded == 1)
        }
    }
}
