// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Access
import Ledger
import TestSupport
import Testing

/// Records that one event loop writes one after another: each tells of its own access, whatever came before.
struct RecordsInRowTests {
    /// What one access is and how it ends.
    private struct Trial {
        let method: Method
        let path: String
        let route: String
        let query: String?
        let trace: TraceContext?
        let isSecure: Bool
        let status: UInt16
        let requestSize: UInt64
        let responseSize: UInt64

        init(_ random: inout SeededGenerator) {
            let invoice = Int.random(in: 1...9999, using: &random)
            (method, path, route) =
                switch Int.random(in: 0...3, using: &random) {
                case 0: (.post, "/v1/invoices", "/v1/invoices")
                case 1: (.get, "/open", "/open")
                case 2: (.get, "/names/\(invoice)", "/names/{name}")
                default: (.get, "/v1/invoices/\(invoice)", "/v1/invoices/{id}")
                }
            query = Bool.random(using: &random) ? "page=\(invoice)" : nil
            trace =
                Bool.random(using: &random)
                ? TraceContext(traceHigh: random.next(), traceLow: random.next(), span: 7) : nil
            isSecure = Bool.random(using: &random)
            status = [200, 204, 404, 500].randomElement(using: &random) ?? 200
            requestSize = [0, 1, 4096].randomElement(using: &random) ?? 0
            responseSize = UInt64.random(in: 0...100_000, using: &random)
        }

        /// The members of `http` that the last record has to hold.
        var http: [JSONMember] {
            var members = [
                JSONMember("host", .string("api.example.com")),
                JSONMember("method", .string(method.token)),
            ]
            if requestSize > 0 {
                members.append(JSONMember("request_size", .integer(Int64(requestSize))))
            }
            return members + [
                JSONMember("response_size", .integer(Int64(responseSize))),
                JSONMember("route", .string(route)),
                JSONMember("scheme", .string(isSecure ? "https" : "http")),
                JSONMember("status", .integer(Int64(status))),
                JSONMember("version", .string("1.1")),
            ]
        }

        var what: [JSONMember] {
            [JSONMember("http.path", .string(path))]
                + (query.map { [JSONMember("http.query", .string($0))] } ?? [])
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `each record tells of its own access`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bench = try DeskBench()
        let secure = Client(
            address: try #require(IPAddress("203.0.113.8")), port: 1, scheme: .https, tls: nil,
            certificate: nil, renderer: NamedRefusals())
        var trials: [Trial] = []
        for _ in 0..<80 {
            let trial = Trial(&random)
            let access = bench.access(from: trial.isSecure ? secure : nil)
            var step = access.exchange.begin(
                bench.request(trial.method, trial.path, query: trial.query, trace: trial.trace))
            // Recorded ahead where it may change something.
            if step.shape == .wait { step = try bench.settle(access) }
            #expect(step.shape == .forward)
            access.exchange.serviceAnswered(status: trial.status)
            _ = access.exchange.serviceFinished(
                requestSize: trial.requestSize, responseSize: trial.responseSize)
            #expect(try bench.settle(access).shape == .finish)
            trials.append(trial)
        }
        let records = try bench.records()
        var stages: [String] = []
        for trial in trials {
            stages += trial.method == .post ? ["started", "complete"] : ["complete"]
        }
        #expect(records.map { $0.value["stage"]?.string } == stages)
        let ends = records.filter { $0.value["stage"]?.string == "complete" }
        #expect(Set(ends.map(\.uid)).count == trials.count)
        for (trial, record) in zip(trials, ends) {
            #expect(record.value["http"]?.members == trial.http)
            let isFailure = trial.status >= 500
            #expect(
                record.value[path: "event", "outcome"]?.string
                    == (isFailure ? "failure" : "success"))
            #expect(
                record.value[path: "event", "activity"]?.integer
                    == (trial.method == .post ? 1 : 2))
            let ids = trial.trace.map { trace -> String in
                Hex.encode(Self.bytes(trace.traceHigh) + Self.bytes(trace.traceLow))
            }
            #expect(record.value[path: "trace", "trace_id"]?.string == ids)
            #expect(try bench.disclosed(.what, of: record)?.members == trial.what)
            #expect(
                try bench.disclosed(.where, of: record)?["src.ip"]?.string
                    == (trial.isSecure ? "203.0.113.8" : "203.0.113.7"))
            #expect(try bench.disclosed(.who, of: record) != nil)
        }
        for (place, record) in records.enumerated()
        where record.value["stage"]?.string == "started" {
            #expect(record.uid == records[place + 1].uid)
            #expect(record.commitments == records[place + 1].commitments)
            #expect(record.value["duration_us"] == nil)
            #expect(record.value[path: "http", "status"] == nil)
            #expect(record.value[path: "event", "outcome"]?.string == "unknown")
        }
    }

    @Test
    func `another configuration is in the next record, and not in that of a request under way`()
        throws
    {
        let bench = try DeskBench()
        for _ in 0..<3 { try bench.perform(bench.request()) }
        let underWay = bench.access()
        #expect(underWay.exchange.begin(bench.request()).shape == .forward)
        var privacy = PrivacyChoices(
            name: true, email: true, address: true, userAgent: true, path: false, query: false)
        privacy.subject = true
        try bench.reload(privacy)
        underWay.exchange.serviceAnswered(status: 200)
        _ = underWay.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        _ = try bench.settle(underWay)
        for _ in 0..<3 { try bench.perform(bench.request()) }
        let records = try bench.records()
        #expect(
            records.map { $0.commitments[.what] != nil } == [true, true, true, true] + [
                false, false, false,
            ])
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        BigEndian.append(word, to: &bytes)
        return bytes
    }
}
