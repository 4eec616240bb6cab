// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc
import Messages
import TestSupport
import Testing

@Suite("Accounts at the command line", .timeLimit(.minutes(5)))
struct UserTests {
    private func initialised() async throws -> (folder: TemporaryFolder, config: [String]) {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("init", "--dir", folder.path)
        try #require(run.status == .success, "\(run.messages)")
        try folder.write("a long enough one\nand a second line\n", to: "password.txt")
        return (folder, ["-c", folder.file("countersign.yaml")])
    }

    private func add(
        _ name: String, _ roles: [String], _ folder: TemporaryFolder
    ) async -> CommandRun {
        await CommandRun.of(
            ["user", "add", name] + roles.flatMap { ["--role", $0] }
                + [
                    "--password-file", folder.file("password.txt"), "-c",
                    folder.file("countersign.yaml"),
                ])
    }

    @Test("An account is made, listed, changed and removed, and each change is a record")
    func life() async throws {
        let (folder, config) = try await initialised()
        let made = await add("Alice", ["auditor"], folder)
        #expect(made.status == .success, "\(made.messages)")
        let id = String(made.output.dropLast())
        #expect(id.wholeMatch(of: /acc_[a-z2-7]{12}/) != nil)
        let list = await CommandRun.of(["user", "list"] + config)
        #expect(list.output.contains("alice") && list.output.contains("auditor"))
        let roles = await CommandRun.of(
            ["user", "roles", "alice", "--role", "privacy", "--role", "auditor"] + config)
        #expect(roles.status == .success, "\(roles.messages)")
        let password = await CommandRun.of(
            ["user", "passwd", "alice"] + config, secret: "another long one")
        #expect(password.status == .success, "\(password.messages)")
        let json = await CommandRun.of(["user", "list", "--json"] + config)
        #expect(json.output.contains("\"roles\":[\"auditor\",\"privacy\"]"))
        #expect(json.output.contains("\"password_reset\":{\"at\":"))
        #expect(!json.output.contains("argon2"))
        let removed = await CommandRun.of(["user", "remove", "alice"] + config)
        #expect(removed.status == .success, "\(removed.messages)")
        #expect(await CommandRun.of(["user", "list"] + config).messages.contains("no accounts"))
        #expect(await CommandRun.of(["user", "list", "--all"] + config).output.contains("removed"))
        let log = await CommandRun.of(["log", "query", "--json", "--sealed"] + config).output
        for action in ["account.create", "account.roles", "account.password", "account.remove"] {
            #expect(log.contains("\"action\":\"\(action)\""), "\(action)")
        }
        #expect(log.contains("\"id\":\"\(id)\"") && !log.contains("alice"))
    }

    @Test("A password comes from a file or a terminal, twice the same, and is good enough")
    func passwords() async throws {
        let (folder, config) = try await initialised()
        func add(_ secret: String?, _ more: [String] = [], input: String? = nil) async -> CommandRun
        {
            await CommandRun.of(
                ["user", "add", "alice", "--role", "auditor"] + more + config, input: input,
                secret: secret)
        }
        let none = await add(nil)
        #expect(none.status == .usage && none.messages.contains("--password-file"))
        for (secret, why) in [
            ("short", "fewer than 12"), ("this is alice's own", "the account's name"),
            (String(repeating: "x", count: 1025), "more than 1024"), ("", "empty"),
        ] {
            let run = await add(secret)
            #expect(run.status == .usage && run.messages.contains(why), "\(run.messages)")
        }
        #expect(!folder.exists("log-state/accounts"))
        let piped = await add(nil, ["--password-file", "-"], input: "from a pipe, long\n")
        #expect(piped.status == .success, "\(piped.messages)")
        let flag = await add(nil, ["--password", "on the command line"])
        #expect(flag.status == .usage)
    }

    @Test("What is wrong says what would be right")
    func mistakes() async throws {
        let (folder, config) = try await initialised()
        _ = await add("ada", ["admin"], folder)
        for (words, status, hint) in [
            (
                ["add", "bob", "--role", "auditer"], CommandRun.Status.usage,
                "did you mean `auditor`"
            ),
            (["add", "bob"], .usage, "--role"),
            (["add", "a b", "--role", "admin"], .usage, "name"),
            (["add", "ada", "--role", "admin"], .usage, "already"),
            (["roles", "bob", "--role", "admin"], .notFound, "user list"),
            (["passwd", "bob"], .notFound, "user list"),
            (["remove", "bob"], .notFound, "user list"),
            (["remove", "ada"], .usage, "another one the role `admin`"),
            (["roles", "ada", "--role", "auditor"], .usage, "another one the role `admin`"),
            (["token", "mint", "ada", "--days", "367"], .usage, "366"),
            (["token", "mint", "ada", "--scope", "log.read"], .usage, "`log.read`"),
            (["token", "mint", "ada", "--scope", "log.red"], .usage, "did you mean `log.read`"),
            (["token", "revoke", "aaaaaaaa"], .notFound, "token list"),
        ] {
            let run = await CommandRun.of(["user"] + words + config, secret: "a long enough one")
            #expect(run.status == status, "\(words): \(run.messages)")
            #expect(run.messages.contains(hint), "\(words): \(run.messages)")
        }
    }

    @Test("A token is printed once, listed and withdrawn")
    func tokens() async throws {
        let (folder, config) = try await initialised()
        _ = await add("alice", ["auditor"], folder)
        let minted = await CommandRun.of(
            ["user", "token", "mint", "alice", "--scope", "log.read", "--note", "ci"] + config)
        #expect(minted.status == .success, "\(minted.messages)")
        let token = minted.output.dropLast()
        #expect(token.hasPrefix("cst_"))
        #expect(minted.messages.contains("2027-02-19"))
        #expect(try !folder.text("log-state/accounts").contains(token.dropFirst(13)))
        let list = await CommandRun.of(["user", "token", "list"] + config).output
        for word in ["alice", "good", "log.read", "ci", "never"] { #expect(list.contains(word)) }
        let id = String(token.dropFirst(4).prefix(8))
        let revoked = await CommandRun.of(["user", "token", "revoke", id] + config)
        #expect(revoked.status == .success, "\(revoked.messages)")
        let json = await CommandRun.of(["user", "token", "list", "--json"] + config).output
        #expect(json.contains("\"state\":\"revoked\"") && json.contains("\"last_used\":null"))
    }

    @Test("A file that is damaged, from later or open to others is refused with what to do")
    func refusedFile() async throws {
        let (folder, config) = try await initialised()
        _ = await add("alice", ["auditor"], folder)
        let path = "log-state/accounts"
        let good = try folder.text(path)
        for (text, hint) in [
            (String(good.dropLast(9)), "backup"), ("", "backup"),
            (good.replacing("accounts/1", with: "accounts/9"), "later"),
        ] {
            try folder.write(text, to: path)
            #expect(chmod(folder.file(path), 0o600) == 0)
            let run = await CommandRun.of(["user", "list"] + config)
            #expect(run.status == .failure && run.messages.contains(hint), "\(run.messages)")
            let added = await add("bob", ["auditor"], folder)
            #expect(added.status == .failure)
            #expect(try folder.text(path) == text)
        }
        try folder.write(good, to: path)
        #expect(chmod(folder.file(path), 0o600) == 0)
        #expect(await CommandRun.of(["user", "list"] + config).status == .success)
        #expect(chmod(folder.file(path), 0o640) == 0)
        let open = await CommandRun.of(["user", "list"] + config)
        #expect(open.status == .failure && open.messages.contains("chmod 600"), "\(open.messages)")
    }
}
