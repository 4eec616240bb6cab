// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `What people with accounts ask about personal values` {
    /// A server with two people who may erase, and one who manages accounts, each with a token.
    private struct Office {
        let site: Site
        let server: Server
        private var tokens: [String: String] = [:]

        init(_ site: Site) throws {
            self.site = site
            try site.folder.write(Array("a long enough one".utf8), to: "password.txt")
            for (name, role) in [("ann", "privacy"), ("ben", "privacy"), ("cleo", "admin")] {
                try site.folder.succeed(
                    "user", "add", name, "--role", role, "--password-file", "password.txt", "-c",
                    Site.configuration)
            }
            server = try site.serve()
            for name in ["ann", "ben", "cleo"] { try mint(name) }
        }

        mutating func mint(_ name: String) throws {
            let minted = try site.folder.start(
                .countersign, ["user", "token", "mint", name, "-c", Site.configuration]
            ).ending()
            guard minted.status == 0 else { throw ScenarioFault(minted.messages) }
            tokens[name] = minted.text.trimmed
        }

        /// Asks as somebody: with a body by POST, without one by GET.
        func ask(
            _ name: String, _ path: String, _ body: String? = nil
        ) throws -> (status: Int, json: [String: Any]) {
            let token = try #require(tokens[name])
            let head =
                "\(body == nil ? "GET" : "POST") /api/v1/privacy\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "Authorization: Bearer \(token)\r\n"
            let answer = try HTTPConnection.exchange(
                port: server.adminPort,
                head
                    + (body.map {
                        "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)"
                    } ?? "\r\n"))
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
                "\(answer.text)")
            return (answer.status, json)
        }
    }

    @Test func `is found, asked for, approved by another account and done, without the host`()
        async throws
    {
        try await scenario {
            let site = try Site(roles: ["reader"])
            var office = try Office(site)
            for path in ["/invoices/1", "/invoices/2"] {
                #expect(try office.server.exchange(site.request("GET \(path)")).status == 200)
            }
            #expect(try office.ask("ann", "/find", #"{"name":"alice"}"#).status == 400)
            let found = try office.ask("ann", "/find", #"{"name":"alice","purpose":"DSR-1"}"#)
            #expect(found.status == 200, "\(found.json)")
            let rows = try #require(found.json["rows"] as? [[String: Any]])
            #expect(rows.count == 1)
            #expect(rows.first?["records"] as? Int == 2)
            #expect(rows.first?["state"] as? String == "kept")
            let id = try #require(rows.first?["subject"] as? String)

            let order =
                #"{"wants":"erase","subjects":"\#(id)","reference":"DSR-1","basis":"objection"}"#
            #expect(try office.ask("cleo", "/requests", order).status == 403)
            let asked = try office.ask("ann", "/requests", order)
            #expect(asked.status == 201, "\(asked.json)")
            // Her accesses, and the record that she was looked for.
            #expect(asked.json["records"] as? Int == 3)
            let request = try #require(asked.json["uid"] as? String)
            #expect((asked.json["same"] as? [Any])?.isEmpty == true)
            // Whoever asks for the same once more is told of it.
            let twice = try office.ask("ben", "/requests", order)
            #expect(twice.json["same"] as? [String] == [request])
            let other = try #require(twice.json["uid"] as? String)
            let ground = #"{"ground":"legal_claims"}"#
            #expect(try office.ask("ann", "/requests/\(other)/refuse", ground).status == 200)

            // One person alone cannot, whatever they call it.
            let same = try office.ask("ann", "/requests/\(request)/approve", "{}")
            #expect(same.status == 409)
            #expect(same.json["code"] as? String == "privacy_refused")
            let alone = try office.ask("ann", "/requests/\(request)/execute", "{}")
            #expect(alone.status == 409)
            // An account that is younger than the request could be the same person's.
            try site.folder.succeed(
                "user", "add", "dora", "--role", "privacy", "--password-file", "password.txt", "-c",
                Site.configuration)
            try office.mint("dora")
            let young = try office.ask("dora", "/requests/\(request)/approve", "{}")
            #expect(young.status == 409)

            let approved = try office.ask("ben", "/requests/\(request)/approve", "{}")
            #expect(approved.status == 200, "\(approved.json)")
            #expect(approved.json["obstacle"] is NSNull)
            let listed = try office.ask("ben", "")
            let requests = try #require(listed.json["requests"] as? [[String: Any]])
            #expect((requests.first?["approvers"] as? [String])?.count == 2)

            // What is held is asked when keys are about to be destroyed.
            #expect(try office.ask("ben", "/holds", #"{"reference":"LIT-7"}"#).status == 400)
            let hold = try office.ask(
                "ben", "/holds", #"{"subjects":"\#(id)","reference":"LIT-7"}"#)
            #expect(hold.status == 201, "\(hold.json)")
            let held = try office.ask("ann", "/requests/\(request)/execute", "{}")
            #expect(held.status == 409)
            #expect((held.json["detail"] as? String)?.contains("LIT-7") == true)
            let end = try office.ask(
                "ann", "/requests", #"{"wants":"release","hold":"\#(hold.json["uid"] ?? "")"}"#)
            let release = try #require(end.json["uid"] as? String, "\(end.json)")
            #expect(try office.ask("ben", "/requests/\(release)/approve", "{}").status == 200)
            #expect(try office.ask("ben", "/requests/\(release)/execute", "{}").status == 200)

            let done = try office.ask("ann", "/requests/\(request)/execute", "{}")
            #expect(done.status == 200, "\(done.json)")
            let gone = try office.ask("ann", "/find", #"{"name":"alice","purpose":"DSR-1"}"#)
            #expect((gone.json["rows"] as? [Any])?.isEmpty == true)
            let state = try office.ask("ann", "/find", #"{"name":"\#(id)","purpose":"DSR-1"}"#)
            #expect(
                (state.json["rows"] as? [[String: Any]])?.first?["state"] as? String == "erased")
            #expect(try office.ask("ann", "/requests/\(request)/execute", "{}").status == 404)

            let turned = try office.ask(
                "ann", "/requests", #"{"wants":"erase","subjects":"\#(id)"}"#)
            #expect(turned.status == 409)
            #expect(try office.server.stop().status == 0)
            _ = try site.read("verify")
            let leaves = try site.leaves()
            let erasure = try #require(leaves.first { $0.contains("\"action\":\"privacy.erase\"") })
            // Both stand in the record by the ids of their accounts.
            #expect(erasure.matches(of: /acc_[a-z2-7]{12}/).count >= 2, "\(erasure)")
        }
    }
}
