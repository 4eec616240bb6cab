// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `Requests that are refused` {
    @Test
    func `each is answered with its record, the log shows it and verifies, running and stopped`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let anonymous = "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let requests = [
                (anonymous, 401, "no_credentials"),
                (site.request("DELETE /invoices/1"), 405, "method_not_allowed"),
                (site.request("POST /invoices", "Content-Length: 0\r\n"), 403, "rule_denied"),
                (site.request("GET /elsewhere"), 404, "unlisted_route"),
                (site.request("GET /invoices/1", "Bad Name: x\r\n"), 400, nil),
                ("GARBAGE\r\n\r\n", 400, nil),
            ]
            var records: [String] = []
            for (request, status, reason) in requests {
                let answer = try server.exchange(request)
                #expect(answer.status == status, "\(request): \(answer)")
                let uid = try #require(answer.record, "\(request)")
                records.append(uid)
                let leaf = try #require(try site.leaves().first { $0.contains(uid) }, "\(request)")
                #expect(leaf.contains("\"status\":\(status)"), "\(leaf)")
                if let reason { #expect(leaf.contains("\"\(reason)\""), "\(leaf)") }
            }
            #expect(Set(records).count == requests.count)
            let table = try site.read("log", "tail").text
            #expect(table.contains("no_credentials"))
            #expect(table.contains("method_not_allowed"))

            // Why, where, and what was asked for, although the head was not understood.
            let explained = try site.read("explain", records[4]).text
            for word in ["/invoices/1", "of localhost", "was not understood", "field", "byte"] {
                #expect(explained.contains(word), "\(word): \(explained)")
            }
            #expect(explained.contains("What to do: "))

            _ = try site.read("verify")
            let ending = try server.stop()
            #expect(ending.status == 0, "\(ending.messages)")
            #expect(ending.messages.contains("stopped; the log is closed"))
            let verified = try site.read("verify")
            #expect(verified.text.contains("Integrity OK"))
            #expect(verified.text.contains("Completeness OK"))
            #expect(try site.leaves().last?.contains("log.stop") == true)
        }
    }
}
