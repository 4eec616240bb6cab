// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `The auditor API of a running proxy` {
    private func ask(
        _ server: Server, _ line: String, _ fields: String = "", _ body: String = "",
        host: String? = nil
    ) -> String {
        let host = host ?? "127.0.0.1:\(server.adminPort)"
        return "\(line) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
    }

    /// A server with an auditor, and the field that shows who asks.
    private func serve(_ site: Site) throws -> (Server, String) {
        let server = try site.serve()
        let token = try site.account().field
        // The catalog is opened beside the proxy, which does not wait for it.
        try server.waits(orSays: "there is no catalog") {
            let answer = try HTTPConnection.exchange(
                port: server.adminPort, ask(server, "GET /api/v1/facets", token))
            return answer.status == 503 ? nil : ()
        }
        return (server, token)
    }

    @Test func `finds what a person did, and seals the question under their key`() async throws {
        try await scenario {
            let site = try Site()
            let (server, token) = try serve(site)
            let access = try HTTPConnection.exchange(port: server.port, site.request())
            let uid = try #require(access.record)
            let console = try HTTPConnection(port: server.adminPort)
            let question = "{\"q\":\"actor:alice\",\"purpose\":\"a look\",\"disclose\":\"what\"}"
            let found = try console.exchange(
                ask(server, "POST /api/v1/records", token, question))
            #expect(found.status == 200, "\(found.text)")
            #expect(found.text.contains("\"uid\":\"\(uid)\""))
            #expect(found.text.contains("\"http.path\":\"/invoices/1\""))
            #expect(!found.text.contains("\"actor.name\""))
            #expect(found.fields["cache-control"] == "no-store")
            let recorded = try #require(found.text.firstMatch(of: /"recorded":"([^"]+)"/)?.1)

            let single = try console.exchange(ask(server, "GET /api/v1/records/\(uid)", token))
            #expect(single.text.contains("\"leaf_hash\":\""))
            let lines = try HTTPConnection.exchange(
                port: server.adminPort,
                ask(server, "GET /api/v1/stats?q=status:200&by=decision", token))
            #expect(lines.text.contains("{\"value\":\"allow\",\"accesses\":1}"), "\(lines.text)")
            #expect(try server.stop().status == 0)

            let leaf = try #require(try site.leaves().first { $0.contains(recorded) })
            #expect(leaf.contains("\"action\":\"log.query\""))
            // In words of one's own, a purpose may name somebody.
            #expect(!leaf.contains("a look"))
            #expect(leaf.contains("\"rows\":1"))
            #expect(!leaf.contains("alice"))
            // What was asked for opens with the person's key, and is gone with it.
            let opened = try site.read("log", "get", String(recorded), "--json").text
            #expect(opened.contains("query.text"), "\(opened)")
            #expect(opened.contains("\"query.purpose\":\"a look\""), "\(opened)")
            #expect(opened.contains("alice"))
            _ = try site.read("verify")
        }
    }

    @Test func `answers attacks as what they are, and the next request on the connection`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let (server, token) = try serve(site)
            let console = try HTTPConnection(port: server.adminPort)
            let deep = String(repeating: "(", count: 1023)
            for (line, fields, status, code) in [
                ("GET /api/v1/records?q=\(deep)", token, 400, "bad_query"),
                ("GET /api/v1/records?limit=99999999999999999999", token, 400, "bad_parameter"),
                ("GET /api/v1/records?q=ip%3A10.0.0.0/8", token, 400, "personal_by_post"),
                (
                    "GET /api/v1/records?q=\(String(repeating: "a", count: 5000))", token, 400,
                    "bad_parameter"
                ),
                (
                    "GET /api/v1/records?q=\(String(repeating: "%41", count: 2500))", token, 414,
                    "uri_too_long"
                ),
                ("DELETE /api/v1/records", token, 405, "method_not_allowed"),
                ("PUT /api/v1/records/0", token, 405, "method_not_allowed"),
                ("GET /api/v1/records/0?x=1", token, 400, "unknown_parameter"),
                ("GET /api/v1/records/", token, 404, "not_found"),
                ("GET /api/v1/records#x", token, 404, "not_found"),
                ("GET /api/v1//records", token, 404, "not_found"),
                ("GET /api/v1/openapi.json?x=1", token, 404, "not_found"),
                ("GET /api/v1/records", "", 401, "unauthorized"),
                (
                    "GET /api/v1/records", "Authorization: Bearer cst_nothing\r\n", 401,
                    "unauthorized"
                ),
                (
                    "POST /api/v1/records", token + "Origin: http://elsewhere.example\r\n", 403,
                    "forbidden"
                ),
            ] {
                let answer = try console.exchange(ask(server, line, fields))
                #expect(answer.status == status, "\(line.prefix(60)): \(answer.text)")
                #expect(answer.text.contains("\"code\":\"\(code)\""), "\(line.prefix(60))")
                #expect(answer.fields["cache-control"] == "no-store", "\(line.prefix(60))")
            }
            let foreign = try HTTPConnection.exchange(
                port: server.adminPort,
                ask(server, "GET /api/v1/records", token, host: "rebound.example"))
            #expect(foreign.status == 421)
            let well = try console.exchange(ask(server, "GET /api/v1/records", token))
            #expect(well.status == 200)
            #expect(well.text.contains("\"left_out\":[\"category:audit\"]"))
            #expect(try server.stop().status == 0)
            // A refusal gave nothing out: the reading of the beginning is recorded, and the one at the end.
            let leaves = try site.leaves().filter {
                $0.contains("\"action\":\"log.query\"") && $0.contains("\"issuer\":\"accounts\"")
            }
            #expect(leaves.count == 2)
        }
    }
}
