// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import Disclosures
import HTTPWire
import Logging
import Policy
import Testing

/// A refusal names the rule and the place: in the record, in the server's log, and without anything of the request
/// to the client.
@Suite("Where a request is at fault")
struct RefusalPlaceTests {
    /// One refusal: what is sent, and what record, client and log are told.
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let status: Int
        let reason: String
        /// `event.detail`; nil: the reason says it all.
        let detail: String?
        /// What the client is told besides the reason, where it is not the same.
        var told: String?
        /// `decision.reading`, which log and client are told behind the detail.
        var reading: String?
        /// Whether path or host could be read, and are sealed; nil: that depends on what had come.
        var isSealed: Bool? = true

        /// What the log says.
        var logged: String? {
            let parts = [detail, reading.map { "read as \($0)" }].compactMap(\.self)
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        }

        var testDescription: String { "\(status) \(reason): \(text.prefix(60).debugDescription)" }
    }

    private static let start = "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n"

    /// A head whose third line is at fault; the line begins at byte 52.
    private static func line(
        _ line: String, _ detail: String, _ told: String? = nil,
        _ reason: String = "malformed_header",
        _ status: Int = 400
    ) -> Row {
        Row(
            text: start + line + "\r\n\r\n", status: status, reason: reason, detail: detail,
            told: told)
    }

    static let rows: [Row] = [
        // Fields
        line("X Y: 1", "blank before the colon at byte 53 of the head, in field 2"),
        line(
            "X-Quokka : 1", "blank before the colon at byte 60 of the head, in field x-quokka",
            "blank before the colon at byte 60 of the head, in field 2"),
        line(" folded: 1", "folded line at byte 52 of the head, in field 2"),
        line(
            "X-Quokka: a\u{0}b", "NUL at byte 63 of the head, in field x-quokka",
            "NUL at byte 63 of the head, in field 2"),
        line(
            "Accept: a\rb", "CR within a line at byte 61 of the head, in field accept"),
        line(
            "Cookie: a\u{7F}", "control byte at byte 61 of the head, in field cookie"),
        line("no colon at all", "no colon at byte 54 of the head, in field 2"),
        line("colonless", "no colon at byte 61 of the head, in field 2"),
        line(": nameless", "no name at byte 52 of the head, in field 2"),
        line("Connection: Authorization", "byte 64 of the head, in field connection"),
        line(
            "Content-Length: 5\r\nContent-Length: 6",
            "byte 52 of the head, in field content-length", nil, "ambiguous_framing"),
        line(
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "byte 52 of the head, in field content-length", nil, "ambiguous_framing"),
        line(
            "Transfer-Encoding: gzip, chunked", "byte 52 of the head, in field transfer-encoding",
            nil, "unsupported_transfer_coding", 501),
        line(
            "Expect: tea", "byte 60 of the head, in field expect", nil, "unknown_expectation", 417),
        line(
            "Host: b", "more than one Host at byte 29 of the head, in field host", nil,
            "malformed_host"),
        Row(
            text: "GET /a HTTP/1.1\r\nHost: \r\n\r\n", status: 400, reason: "malformed_host",
            detail: "empty Host at byte 23 of the head, in field host"),
        Row(
            text: "GET http://b/a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_host",
            detail: "another host than Host names at byte 11 of the head, in its first line"),
        Row(
            text: "GET /v1/invoices/1 HTTP/1.1\nHost: a\n\n", status: 400,
            reason: "malformed_request_line",
            detail: "LF without CR at byte 27 of the head, in its first line"),
        Row(
            text: start + "X-Quokka: 1\nAccept: a\r\n\r\n", status: 400,
            reason: "malformed_header",
            detail: "LF without CR at byte 63 of the head, in field x-quokka",
            told: "LF without CR at byte 63 of the head, in field 2"),
        // The first line
        Row(
            text: "GET /a\r\nHost: a\r\n\r\n", status: 400, reason: "malformed_request_line",
            detail: "no version at byte 6 of the head, in its first line"),
        Row(
            text: "GET\r\nHost: a\r\n\r\n", status: 400, reason: "malformed_request_line",
            detail: "no target at byte 3 of the head, in its first line", isSealed: nil),
        Row(
            text: "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_request_line",
            detail: "more than one space at byte 4 of the head, in its first line"),
        Row(
            text: "GET /a HTTP/one\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_request_line",
            detail: "malformed version at byte 7 of the head, in its first line"),
        Row(
            text: "get /a HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_request_line",
            detail: "lower-case letter in the method at byte 0 of the head, in its first line"),
        Row(
            text: "GET /v1/a%00 HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_path", detail: "byte 9 of the head, in its first line"),
        Row(
            text: "GET /v1/../x HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_path", detail: "byte 10 of the head, in its first line"),
        Row(
            text: "GET /a#quokka HTTP/1.1\r\nHost: a\r\n\r\n", status: 400,
            reason: "malformed_target", detail: "byte 6 of the head, in its first line"),
        Row(
            text: "GET /a HTTP/1.1\r\n\r\n", status: 400, reason: "malformed_host",
            detail: "no Host field"),
        Row(
            text: "GET /a HTTP/3.0\r\nHost: a\r\n\r\n", status: 505, reason: "unsupported_version",
            detail: "byte 7 of the head, in its first line"),
        Row(
            text: "TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n", status: 405,
            reason: "method_not_supported", detail: "byte 0 of the head, in its first line"),
        Row(
            text: "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", status: 405,
            reason: "method_not_supported", detail: "byte 0 of the head, in its first line",
            isSealed: nil),
        Row(
            text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", status: 405,
            reason: "method_not_supported", detail: "byte 8 of the head, in its first line"),
        Row(
            text: "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", status: 400,
            reason: "malformed_request_line",
            detail: "control byte at byte 0 of the head, in its first line", isSealed: false),
        // Limits
        Row(
            text: "GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            status: 414, reason: "target_too_long", detail: "more than 8192 bytes"),
        Row(
            text: start + String(repeating: "X: 1\r\n", count: 100) + "\r\n", status: 431,
            reason: "too_many_fields", detail: "more than 100 fields"),
        Row(
            text: start + "X: " + String(repeating: "a", count: 70_000), status: 431,
            reason: "head_too_large", detail: "more than 65536 bytes"),
        // Understood, and refused
        Row(
            text: start + "\r\n", status: 401, reason: "no_credentials", detail: nil),
        Row(
            text: start + "X-Api-Key: csk_quokka\r\n\r\n", status: 401, reason: "unknown_key",
            detail: "credential in x-api-key"),
        Row(
            text: start + "Authorization: Bearer csk_quokka\r\n\r\n", status: 401,
            reason: "unknown_key", detail: "credential in authorization"),
        Row(
            text: start + "X-Api-Key: {key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            status: 501, reason: "upgrade_not_supported", detail: "field upgrade"),
        Row(
            text: "GET /forbidden HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n", status: 403,
            reason: "no_rule_matched", detail: nil),
        Row(
            text: "GET /quokka HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n", status: 404,
            reason: "unlisted_route", detail: nil),
        Row(
            text: "GET /v1/invoices/..%2Fx HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n",
            status: 400, reason: "malformed_path", detail: "%2F in the path",
            reading: "encoded_slash"),
        // Bodies
        Row(
            text: "POST /v1/invoices HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n"
                + "Content-Length: 70000\r\n\r\n", status: 413, reason: "body_too_large",
            detail: "more than 100 bytes of content"),
        Row(
            text: "POST /v1/invoices HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nquokka\r\n", status: 400,
            reason: "malformed_chunk", detail: "after 5 bytes of content"),
    ]

    @Test(
        "is told in the record, in the log, and to the client without anything that it sent",
        arguments: Pace.allCases)
    func places(pace: Pace) async throws {
        for row in Self.rows {
            let lines = Watched<[CapturedLog.Line]>([])
            var settings = ProxySettings()
            settings.limits.mostBodyBytes = 100
            settings.logger = CapturedLog.logger(lines)
            try await withProxy(settings) { proxy in
                let client = try await proxy.connect()
                // Byte by byte only what is small.
                client.begin(
                    Array(latin1: row.text.replacing("{key}", with: proxy.key)),
                    row.text.utf8.count < 1_000 ? pace : .burst)
                let answer = try await client.response()
                let name: Comment = "\(row.testDescription)"
                #expect(answer.status == row.status, name)
                #expect(answer.isPlainRefusal, name)
                #expect(!answer.body.contains("quokka"), name)
                if let told = row.told ?? row.logged {
                    #expect(answer.body.contains("(\(told))\""), "\(name): \(answer.body)")
                }
                let uid = try #require(answer.value("Countersign-Record"), name)
                let line = lines.state.first { $0.fields["record"] == uid }
                #expect(line?.level == .info, name)
                #expect(line?.fields["reason"] == row.reason, name)
                #expect(line?.fields["status"] == "\(row.status)", name)
                #expect(line?.fields["detail"] == row.logged, name)
                let record = try #require(
                    try await proxy.closedRecords(of: uid).first { $0.stage != .started }, name)
                #expect(record.reason == row.reason, name)
                #expect(record.event("detail")?.string == row.detail, name)
                #expect(record.value[path: "decision", "reading"]?.string == row.reading, name)
                let hasMethod = ["method_not_supported", "unknown_expectation"]
                    .contains(row.reason)
                if record.stage == .refused, record.reason != "unlisted_route" {
                    #expect((record.method != nil) == hasMethod, name)
                }
                let isCut = row.reason == "target_too_long"
                #expect(
                    record.value["truncated"] == (isCut ? .array([.string("http.path")]) : nil),
                    name)
                let isSealed = record.commitments[.what] != nil
                #expect(isSealed == row.isSealed ?? isSealed, name)
            }
        }
    }

    @Test("A flood of refusals is told in few lines, which count the others")
    func flood() async throws {
        let lines = Watched<[CapturedLog.Line]>([])
        var settings = ProxySettings()
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            var uids: [String] = []
            for _ in 0..<200 {
                try await client.send(proxy.get("/forbidden"))
                uids.append(try #require(try await client.response().value("Countersign-Record")))
            }
            let told = lines.state.filter { $0.message == "request is refused" }
            #expect(told.prefix(5).map { $0.fields["record"] } == uids.prefix(5).map { $0 })
            #expect(told.prefix(5).allSatisfy { $0.fields["policy"] == "billing" })
            #expect(told.prefix(5).allSatisfy { $0.fields["rule"] == "default" })
            // However slow the machine is, what was not told is counted.
            let before = told.compactMap { $0.fields["before"].flatMap { Int($0) } }.reduce(0, +)
            #expect(told.count + before <= 200)
            #expect(told.count < 200)
        }
    }

    @Test("A service's fault names the field in the record and the log, and not to the client")
    func services() async throws {
        let lines = Watched<[CapturedLog.Line]>([])
        var settings = ProxySettings()
        settings.logger = CapturedLog.logger(lines)
        try await withProxy(settings) { _ in
            .bytes("HTTP/1.1 200 OK\r\nX-Quokka: a\u{0}b\r\nContent-Length: 0\r\n\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            let answer = try await client.response()
            #expect(answer.status == 502)
            #expect(answer.body.contains("(malformed_header at byte 28 of the answer's head)"))
            let detail = "malformed_header at byte 28 of the answer's head, in field x-quokka"
            #expect(lines.state.contains { $0.fields["error"] == detail })
            let records = try await proxy.closedRecords(of: answer.value("Countersign-Record"))
            #expect(records.last?.event("detail")?.string == detail)
        }
    }
}
