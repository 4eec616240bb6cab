// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import Testing

@Suite("Attacks on the login of the console")
struct LoginAttackTests {
    private static let form = "Content-Type: application/x-www-form-urlencoded\r\n"

    private func accounts() throws -> ConsoleAccounts {
        try ConsoleAccounts(["alice": [.auditor], "ada": [.admin]])
    }

    private func status(_ answer: (head: String, body: String)) -> String {
        String(answer.head.dropFirst(9).prefix(3))
    }

    @Test("A session's cookie is for this host and for nobody's script, and new at each login")
    func cookie() async throws {
        try await RunningConsole.with(accounts: accounts(), names: ["audit.example"]) { port, _ in
            let plain = await RawExchange.with(
                port: port, ConsoleSession.login("alice", ConsoleAccounts.password))
            let field = try #require(plain.firstMatch(of: /Set-Cookie: (\S+(?: \S+)*)/)).1
            #expect(field.hasPrefix("countersign-session="))
            for flag in ["; Path=/", "; HttpOnly", "; SameSite=Strict"] {
                #expect(field.contains(flag))
            }
            #expect(!field.contains("Domain") && !field.contains("Secure"))
            let named = await RawExchange.with(
                port: port,
                ConsoleSession.login("alice", ConsoleAccounts.password, host: "audit.example"))
            let secure = try #require(named.firstMatch(of: /Set-Cookie: (\S+(?: \S+)*)/)).1
            #expect(secure.hasPrefix("__Host-countersign-session="))
            #expect(secure.hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Secure"))
            #expect(named.lowercased().contains("strict-transport-security: max-age=31536000"))
            #expect(!plain.lowercased().contains("strict-transport-security"))
            // A cookie of one way is none of the other.
            let value = field.prefix { $0 != ";" }
            let crossed = await RunningConsole.get(
                port, "/session", host: "audit.example", fields: "Cookie: \(value)\r\n")
            #expect(status(crossed) == "401")
            // A second login in the same browser ends the first session: a secret that was planted is of no use.
            let first = try await ConsoleSession(port, "alice")
            let form = "{\"name\":\"ada\",\"password\":\"\(ConsoleAccounts.password)\"}"
            let second = await RunningConsole.post(
                port, "/login", form,
                fields: first.fields + "Content-Type: application/json\r\n")
            #expect(status(second) == "200")
            #expect(
                status(await RunningConsole.get(port, "/session", fields: first.fields)) == "401")
        }
    }

    @Test("Nobody logs in by an address that others can listen on")
    func inTheClear() async throws {
        try await RunningConsole.with(accounts: accounts()) { port, _ in
            let answer = await RunningConsole.send(
                port, ConsoleSession.login("alice", ConsoleAccounts.password, host: "192.0.2.1"))
            #expect(status(answer) == "403")
            #expect(answer.body.contains("admin.names"))
            #expect(!answer.head.contains("set-cookie"))
            for host in ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:9090"] {
                let there = await RunningConsole.send(
                    port, ConsoleSession.login("alice", ConsoleAccounts.password, host: host))
                #expect(status(there) == "200", "\(host)")
            }
        }
    }

    @Test(
        "A page elsewhere gets nothing changed, not even a login, and a rebound name sees nothing")
    func forgery() async throws {
        try await RunningConsole.with(accounts: accounts(), open: []) { port, _ in
            let session = try await ConsoleSession(port, "alice")
            let login = "{\"name\":\"alice\",\"password\":\"\(ConsoleAccounts.password)\"}"
            let json = "Content-Type: application/json\r\n"
            for foreign in [
                "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                "Sec-Fetch-Site: none\r\n", "Origin: https://evil.example\r\n", "Origin: null\r\n",
                "Sec-Fetch-Site: cross-site\r\nOrigin: null\r\n",
                "Origin: http://127.0.0.1.evil.example\r\n", "Origin: http://127.0.0.1:1\r\n",
                "Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example\r\n",
            ] {
                let entered = await RunningConsole.post(
                    port, "/login", login, fields: json + foreign)
                #expect(status(entered) == "403", "\(foreign)")
                #expect(!entered.head.contains("set-cookie"))
                let ended = await RunningConsole.post(
                    port, "/session/end", "{}", fields: session.changing + foreign)
                #expect(status(ended) == "403", "\(foreign)")
            }
            let other = try await ConsoleSession(port, "alice")
            for fields in [
                json + session.fields, json + session.fields + "X-CSRF-Token: \(other.csrf)\r\n",
                json + session.fields + "X-CSRF-Token: \r\n",
                json + session.fields + "X-CSRF-Token: \(session.secret)\r\n",
            ] {
                let ended = await RunningConsole.post(port, "/session/end", "{}", fields: fields)
                #expect(status(ended) == "403")
            }
            #expect(
                status(await RunningConsole.get(port, "/session", fields: session.fields)) == "200")
            // The form of the login page as Chromium sends it.
            let form = "name=alice&password=\(ConsoleAccounts.password)".replacing(" ", with: "+")
            let entered = await RunningConsole.post(
                port, "/login", form,
                fields: Self.form + "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n")
            #expect(status(entered) == "303" && entered.head.contains("set-cookie"))
            // From its own page, by field or in the form.
            let own = "Sec-Fetch-Site: same-origin\r\nOrigin: http://127.0.0.1\r\n"
            let left = await RunningConsole.post(
                port, "/session/end", "{}", fields: session.changing + own)
            #expect(status(left) == "204" && left.head.contains("max-age=0"))
            let gone = await RunningConsole.post(
                port, "/session/end", "csrf=\(other.csrf)", fields: Self.form + other.fields)
            #expect(status(gone) == "303" && gone.head.contains("location: /login"))
            // DNS rebinding: every route and every method.
            for path in ["/session", "/metrics", "/tlog/checkpoint", "/accounts", "/healthz"] {
                for method in ["GET", "HEAD", "POST", "OPTIONS"] {
                    let rebound = await RunningConsole.get(
                        port, path, method: method, host: "rebound.example", fields: session.fields)
                    #expect(status(rebound) == "421", "\(method) \(path)")
                }
            }
        }
    }

    @Test(
        "Wrong names and passwords are answered alike, then late; too long ones are refused at once"
    )
    func guessing() async throws {
        let accounts = try accounts()
        try await RunningConsole.with(accounts: accounts) { port, _ in
            var answers: Set<String> = []
            for name in ["alice", "nobody", "a\\u0000b", "ALICE ", "x"] {
                let answer = await RunningConsole.send(
                    port, ConsoleSession.login(name, "guessed it"))
                #expect(status(answer) == "401")
                answers.insert(answer.body)
            }
            #expect(answers.count == 1)
            let late = await RunningConsole.send(
                port, ConsoleSession.login("alice", ConsoleAccounts.password))
            #expect(status(late) == "429" && late.head.contains("retry-after: 1"))
            accounts.pass(seconds: 1)
            _ = try await ConsoleSession(port, "alice")
            let long = await RunningConsole.send(
                port, ConsoleSession.login("alice", String(repeating: "x", count: 1025)))
            #expect(status(long) == "400")
            let huge = await RunningConsole.send(
                port, ConsoleSession.login("alice", String(repeating: "x", count: 20_000)))
            #expect(status(huge) == "413")
        }
    }

    @Test("Only forms are understood, each name once, and nothing is reflected")
    func forms() async throws {
        try await RunningConsole.with(accounts: accounts()) { port, _ in
            let json = "Content-Type: application/json\r\n"
            for (fields, body, expected) in [
                ("Content-Type: text/plain\r\n", "{\"name\":\"a\"}", "415"),
                ("Content-Type: multipart/form-data; boundary=x\r\n", "--x--", "415"),
                ("", "{}", "415"), (json, "[]", "400"), (json, "{", "400"), (json, "", "400"),
                (json, "{\"name\":\"a\",\"name\":\"b\",\"password\":\"c\"}", "400"),
                (json, "{\"name\":7,\"password\":\"c\"}", "400"),
                (json, "{\"name\":\"<script>reflected</script>\"}", "400"),
                (Self.form, "name=a&name=b&password=c", "400"),
                (Self.form, "name=%zz&password=c", "400"),
                (Self.form, "name=%ff&password=c", "400"),
                (Self.form, "name", "400"), (Self.form, "name=a&password=", "400"),
                (Self.form, "name=<script>reflected</script>&password=some+password", "401"),
            ] {
                let answer = await RunningConsole.post(port, "/login", body, fields: fields)
                #expect(status(answer) == expected, "\(fields)\(body)")
                #expect(!answer.body.contains("reflected"))
            }
            let page = "name=Alice&password=correct+horse%20battery"
            let entered = await RunningConsole.post(port, "/login", page, fields: Self.form)
            #expect(status(entered) == "303" && entered.head.contains("location: /session"))
            for path in ["/login", "/setup/nothing"] {
                let shown = await RunningConsole.get(port, path)
                #expect(shown.head.contains("form-action 'self'; frame-ancestors 'none'"))
                #expect(!shown.body.contains("<script"))
            }
        }
    }

    @Test("A password is changed with the old one, and every session ends")
    func password() async throws {
        try await RunningConsole.with(accounts: accounts()) { port, _ in
            let (one, other) = (
                try await ConsoleSession(port, "alice"), try await ConsoleSession(port, "alice")
            )
            func change(_ old: String, _ new: String) async -> String {
                status(
                    await RunningConsole.post(
                        port, "/session/password", "{\"old\":\"\(old)\",\"new\":\"\(new)\"}",
                        fields: one.changing))
            }
            #expect(await change("wrong", "a much better one") == "401")
            #expect(await change(ConsoleAccounts.password, "short") == "400")
            #expect(await change(ConsoleAccounts.password, "a much better one") == "204")
            for session in [one, other] {
                let answer = await RunningConsole.get(port, "/session", fields: session.fields)
                #expect(status(answer) == "401")
            }
        }
    }

    @Test("Sessions and tokens that are planted, doubled, made up or over are nobody's")
    func credentials() async throws {
        let accounts = try accounts()
        try await RunningConsole.with(accounts: accounts, open: []) { port, _ in
            let session = try await ConsoleSession(port, "alice")
            let token = try accounts.token("alice", [.logRead])
            let made = token.dropLast(4) + "AAAA"
            for (fields, expected) in [
                (session.fields, "200"), ("Cookie: a=b; \(session.cookie); c=d\r\n", "200"),
                ("Cookie: \(session.cookie)\r\nCookie: \(session.cookie)\r\n", "401"),
                ("Cookie: countersign-session=\r\n", "401"),
                ("Cookie: countersign-session=../../x\r\n", "401"),
                ("Cookie: __Host-\(session.cookie)\r\n", "401"),
                ("Authorization: Bearer \(session.secret)\r\n", "401"),
                ("Authorization: bearer \(token)\r\n", "200"),
                ("Authorization: Bearer \(made)\r\n", "401"),
                ("Authorization: Bearer \(made)\r\n" + session.fields, "401"),
                ("Authorization: Basic \(token)\r\n", "401"),
                ("Authorization: Bearer \(token)\r\nAuthorization: Bearer \(token)\r\n", "400"),
                ("X-Api-Key: \(token)\r\n", "401"),
            ] {
                let answer = await RunningConsole.get(port, "/session", fields: fields)
                #expect(status(answer) == expected, "\(fields)")
            }
            let refused = await RunningConsole.get(port, "/session")
            #expect(refused.head.contains("www-authenticate: bearer"))
            #expect(refused.body.contains("\"login\":\"/login\""))
            // A token may what its scope has, whatever its account may.
            let bearer = "Authorization: Bearer \(token)\r\n"
            for (path, expected) in [
                ("/tlog/checkpoint", "200"), ("/status", "403"), ("/accounts", "403"),
            ] {
                let answer = await RunningConsole.get(port, path, fields: bearer)
                #expect(status(answer) == expected, "\(path)")
            }
            // Each of these is a record.
            #expect(accounts.told.contains("denied") && accounts.told.contains("accountRead"))
            accounts.pass(seconds: 86_400)
            for fields in [bearer, session.fields] {
                let answer = await RunningConsole.get(port, "/session", fields: fields)
                #expect(status(answer) == "401")
            }
        }
    }

    @Test(
        "The first-run link makes one account; its second use is gone, and a guess was never there")
    func setUp() async throws {
        let accounts = try ConsoleAccounts([:])
        try await RunningConsole.with(accounts: accounts) { port, _ in
            let link = try #require(accounts.office.offerSetUp())
            let form = "{\"name\":\"ada\",\"password\":\"\(ConsoleAccounts.password)\"}"
            #expect(status(await RunningConsole.get(port, "/setup/guess")) == "404")
            #expect(status(await RunningConsole.post(port, "/setup/guess", form)) == "404")
            #expect(status(await RunningConsole.get(port, "/setup/\(link)")) == "200")
            let foreign = await RunningConsole.post(
                port, "/setup/\(link)", form, host: "192.0.2.1")
            #expect(status(foreign) == "403")
            #expect(status(await RunningConsole.post(port, "/setup/\(link)", form)) == "201")
            #expect(status(await RunningConsole.get(port, "/setup/\(link)")) == "410")
            let again = form.replacing("ada", with: "eve")
            #expect(status(await RunningConsole.post(port, "/setup/\(link)", again)) == "410")
            let session = try await ConsoleSession(port, "ada")
            let list = await RunningConsole.get(port, "/accounts", fields: session.fields)
            #expect(list.body.contains("\"by\":\"setup\"") && !list.body.contains("argon2"))
            #expect(!list.body.contains("eve"))
        }
    }

    @Test("Where the log takes no record, nobody comes in")
    func unrecorded() async throws {
        let accounts = try accounts()
        try await RunningConsole.with(accounts: accounts) { port, _ in
            accounts.stopLog()
            let answer = await RunningConsole.send(
                port, ConsoleSession.login("alice", ConsoleAccounts.password))
            #expect(status(answer) == "503" && answer.head.contains("retry-after"))
            #expect(!answer.head.contains("set-cookie"))
        }
    }

    @Test("No password, session, token or link is in any message or record, at any level")
    func canaries() async throws {
        let accounts = try accounts()
        let first = try ConsoleAccounts([:])
        var secrets = [ConsoleAccounts.password, "canary-guess-1"]
        try await RunningConsole.with(accounts: accounts) { port, _ in
            let session = try await ConsoleSession(port, "alice")
            let token = try accounts.token("alice", [.logRead])
            for fields in [session.fields, "Authorization: Bearer \(token)\r\n"] {
                _ = await RunningConsole.get(port, "/session", fields: fields)
                _ = await RunningConsole.get(port, "/tlog/nothing", fields: fields)
            }
            _ = await RunningConsole.send(port, ConsoleSession.login("canary-guess-1", "x"))
            _ = await RunningConsole.send(port, ConsoleSession.login("alice", "canary-guess-1"))
            _ = await RunningConsole.post(port, "/session/end", "{}", fields: session.changing)
            accounts.stopLog()
            _ = await RunningConsole.send(
                port, ConsoleSession.login("alice", ConsoleAccounts.password))
            secrets += [session.secret, session.csrf, String(token.suffix(43))]
        }
        try await RunningConsole.with(accounts: first) { port, _ in
            let link = try #require(first.office.offerSetUp())
            let form = "{\"name\":\"ada\",\"password\":\"\(ConsoleAccounts.password)\"}"
            for _ in 0..<2 { _ = await RunningConsole.post(port, "/setup/\(link)", form) }
            secrets.append(link)
        }
        let told = accounts.told + first.told
        #expect(told.contains("logOn") && told.contains("lets nobody in"))
        for secret in secrets { #expect(!told.contains(secret)) }
    }
}
