// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `The accounts of those who look` {
    private static let password = "a long enough one"

    private func user(_ site: Site, _ words: String...) throws -> ChildProcess.Ending {
        try site.folder.start(
            .countersign, ["user"] + words + ["-c", Site.configuration]
        ).ending()
    }

    private func ask(
        _ server: Server, _ line: String, _ fields: String = "", _ body: String = ""
    ) throws -> HTTPConnection.Answer {
        try HTTPConnection.exchange(
            port: server.adminPort,
            "\(line) HTTP/1.1\r\nHost: 127.0.0.1:\(server.adminPort)\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                + "\(fields)\r\n\(body)")
    }

    /// Fields that show a session.
    private func logIn(_ server: Server, _ name: String) throws -> String {
        let answer = try ask(
            server, "POST /login", "", "{\"name\":\"\(name)\",\"password\":\"\(Self.password)\"}")
        guard answer.status == 200, let cookie = answer.fields["set-cookie"],
            let csrf = answer.text.firstMatch(of: /"csrf":"([^"]+)"/)?.1
        else { throw ScenarioFault("login: \(answer.status) \(answer.text)") }
        return "Cookie: \(cookie.prefix { $0 != ";" })\r\nX-CSRF-Token: \(csrf)\r\n"
    }

    @Test func `are changed under a running server, in force when the command ends`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.write(Array(Self.password.utf8), to: "password.txt")
            let server = try site.serve()
            let file = ["--password-file", "password.txt"]
            let made = try site.folder.start(
                .countersign,
                ["user", "add", "alice", "--role", "auditor", "-c", Site.configuration] + file
            ).ending()
            #expect(made.status == 0, "\(made.messages)")
            let id = made.text.trimmed
            let session = try logIn(server, "alice")
            #expect(try ask(server, "GET /session", session).text.contains("\"id\":\"\(id)\""))
            #expect(try ask(server, "GET /accounts", session).status == 200)
            #expect(try user(site, "roles", "alice", "--role", "operator").status == 0)
            #expect(try ask(server, "GET /session", session).status == 401)
            let other = try logIn(server, "alice")
            #expect(try ask(server, "GET /accounts", other).status == 403)

            let token = try user(site, "token", "mint", "alice", "--scope", "log.read")
            #expect(token.status == 0, "\(token.messages)")
            let bearer = "Authorization: Bearer \(token.text.trimmed)\r\n"
            #expect(try ask(server, "GET /session", bearer).status == 200)
            #expect(!(try user(site, "token", "list").text.contains("never")))
            let tokenID = String(token.text.dropFirst(4).prefix(8))
            #expect(try user(site, "token", "revoke", tokenID).status == 0)
            #expect(try ask(server, "GET /session", bearer).status == 401)

            #expect(try ask(server, "POST /session/end", other, "{}").status == 204)
            #expect(try user(site, "remove", "alice").status == 0)
            let gone = try ask(
                server, "POST /login", "",
                "{\"name\":\"alice\",\"password\":\"\(Self.password)\"}")
            #expect(gone.status == 401)
            let ending = try server.stop()
            #expect(ending.status == 0)
            // Nobody watches a terminal.
            #expect(!ending.messages.contains("/setup/"))

            let leaves = try site.leaves()
            for (action, count) in [
                ("account.create", 1), ("account.roles", 1), ("token.create", 1),
                ("token.revoke", 1), ("account.remove", 1), ("auth.logon", 3), ("auth.logoff", 1),
            ] {
                let found = leaves.filter { $0.contains("\"action\":\"\(action)\"") }
                #expect(found.count == count, "\(action)")
                for leaf in found where action != "auth.logon" {
                    #expect(leaf.contains("\"id\":\"\(id)\""), "\(action)")
                }
            }
            // Who it was is in the accounts file only.
            #expect(!leaves.contains { $0.contains("alice\"") && $0.contains(id) })
            #expect(try user(site, "list", "--all").text.contains(id))
            _ = try site.read("verify")

            // The next server knows what the last one knew, and a damaged file is none.
            let again = try site.serve()
            #expect(try again.stop().status == 0)
            try site.folder.write(Array("{}\n".utf8), to: "site/log-state/accounts")
            let refused = try site.start().ending()
            #expect(refused.status == 1)
            #expect(refused.messages.contains("site/log-state/accounts"))
        }
    }
}
