// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Commands
import Messages
import TestSupport
import Testing

@Suite("Tokens and policy")
struct TokenTests {
    private func initialised() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("init", "--dir", folder.path)
        try #require(run.status == .success, "\(run.messages)")
        return folder
    }

    @Test("A minted key is printed once and stored as a hash only")
    func mint() async throws {
        let folder = try await initialised()
        let config = folder.file("countersign.yaml")
        let run = await CommandRun.of(
            "token", "mint", "--as", "alice", "--kind", "user", "--role", "reader", "--days", "30",
            "-c", config)
        #expect(run.status == .success, "\(run.messages)")
        let key = run.output.dropLast()
        #expect(key.hasPrefix("csk_"))
        let stored = try folder.text("keys.yaml")
        #expect(!stored.contains(key.dropFirst(13)))
        #expect(stored.contains("name: alice"))
        #expect(stored.contains("2026-12-21T09:00:00.000000Z"))
        let second = await CommandRun.of("token", "mint", "--as", "bob", "-c", config)
        #expect(second.status == .success)
        #expect(try folder.text("keys.yaml").hasPrefix(stored))
    }

    @Test(
        "A name that a key file cannot hold is refused as what was typed, not as a fault of the file",
        arguments: [["--as", "a\nb"], ["--as", ""], ["--as", "ci", "--role", "a\u{2028}b"]])
    func badName(_ words: [String]) async throws {
        let folder = try await initialised()
        let run = await CommandRun.of(
            ["token", "mint", "-c", folder.file("countersign.yaml")] + words)
        #expect(run.status == .usage)
        #expect(run.output.isEmpty)
        #expect(run.messages.contains("\(words[words.count - 2]) is `"), "\(run.messages)")
    }

    @Test("A key is listed, rotated with an overlap and revoked, in words and in JSON")
    func life() async throws {
        let folder = try await initialised()
        let config = ["-c", folder.file("countersign.yaml")]
        let minted = await CommandRun.of(
            ["token", "mint", "--as", "alice", "--kind", "user", "--role", "reader"] + config)
        let id = String(minted.output.dropFirst(4).prefix(8))
        let rotated = await CommandRun.of(
            ["token", "rotate", id, "--overlap", "2h", "--json"] + config)
        #expect(rotated.status == .success, "\(rotated.messages)")
        #expect(rotated.output.contains("\"old_expires\":\"2026-11-21T11:00:00.000000Z\""))
        let list = await CommandRun.of(["token", "list"] + config)
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(list.output.split(separator: "\n").dropFirst().allSatisfy { $0.contains("alice") })
        let revoked = await CommandRun.of(["token", "revoke", id] + config)
        #expect(revoked.status == .success, "\(revoked.messages)")
        let json = await CommandRun.of(["token", "list", "--json"] + config)
        #expect(json.output.contains("\"revoked\":\"2026-11-21T09:00:00.000000Z\""))
        #expect(json.output.contains("\"state\":\"revoked\""))
        #expect(json.output.contains("\"state\":\"good\""))
        let again = await CommandRun.of(["token", "rotate", id] + config)
        #expect(again.status == .usage)
        let unknown = await CommandRun.of(["token", "revoke", "aaaaaaaa"] + config)
        #expect(unknown.status == .notFound)
        #expect(unknown.messages.contains("token list"))
    }

    @Test("A rotated key lasts as long as the first was made for, or as --days says, however often")
    func lifetimes() async throws {
        let folder = try await initialised()
        let config = ["-c", folder.file("countersign.yaml")]
        for (options, end) in [
            ([], "null"), (["--days", "30"], "\"2026-12-21T09:00:00.000000Z\""),
        ] {
            let minted = await CommandRun.of(["token", "mint", "--as", "ci"] + options + config)
            let id = String(minted.output.dropFirst(4).prefix(8))
            // The second time the old key's end has been brought forward already.
            for _ in 0..<2 {
                let rotated = await CommandRun.of(["token", "rotate", id, "--json"] + config)
                #expect(rotated.status == .success, "\(rotated.messages)")
                #expect(rotated.output.contains("\"expires\":\(end)"), "\(rotated.output)")
                #expect(rotated.output.contains("\"old_expires\":\"2026-11-22T09:00:00.000000Z\""))
            }
            let other = await CommandRun.of(
                ["token", "rotate", id, "--days", "1", "--json"] + config)
            #expect(other.output.contains("\"expires\":\"2026-11-22T09:00:00.000000Z\""))
        }
        let bad = await CommandRun.of(["token", "rotate", "aaaaaaaa", "--days", "0"] + config)
        #expect(bad.status == .notFound)
    }

    @Test("A key of a file that says no lifetime gets what is left, the second time, too")
    func olderFile() async throws {
        let folder = try await initialised()
        let config = ["-c", folder.file("countersign.yaml")]
        let digest = "sha256:" + String(repeating: "0a", count: 32)
        let other = digest.replacing("0a", with: "0b")
        try folder.write(
            """
            - { id: aaaaaaaa, digest: "\(digest)", name: ci }
            - id: bbbbbbbb
              digest: \(other)
              name: ci
              expires: 2026-12-01

            """, to: "keys.yaml")
        let flow = await CommandRun.of(["token", "rotate", "aaaaaaaa"] + config)
        #expect(flow.status == .usage)
        for _ in 0..<2 {
            let rotated = await CommandRun.of(["token", "rotate", "bbbbbbbb", "--json"] + config)
            #expect(
                rotated.output.contains("\"expires\":\"2026-12-01T00:00:00.000000Z\""),
                "\(rotated.output)\(rotated.messages)")
        }
    }

    @Test("token mint --dry-run stores nothing")
    func dryRun() async throws {
        let folder = try await initialised()
        let before = try folder.text("keys.yaml")
        let run = await CommandRun.of(
            "token", "mint", "--as", "alice", "--dry-run", "-c", folder.file("countersign.yaml"))
        #expect(run.status == .success)
        #expect(try folder.text("keys.yaml") == before)
    }

    /// Header, claims and a signature of two bytes.
    private func token(_ claims: String) -> String {
        let parts = ["{\"alg\":\"ES256\"}", claims].map { Base64URL.encode(Array($0.utf8)) }
        return (parts + ["AAAA"]).joined(separator: ".")
    }

    @Test("token inspect shows claims, never says that they are true, and escapes them")
    func inspect() async throws {
        let text = token("{\"sub\":\"eve\\u001b[2J\\u202e\",\"exp\":1}")
        let run = await CommandRun.of("token", "inspect", input: text + "\n", columns: 100)
        #expect(run.status == .success, "\(run.messages)")
        #expect(run.output.contains("eve\\x1b[2J\\u{202e}"))
        #expect(run.output.contains("expired"))
        #expect(run.messages.contains("UNVERIFIED"))
        let json = await CommandRun.of("token", "inspect", "--json", input: text)
        #expect(json.output.contains("\"verified\":false"))
        #expect(json.output.contains("eve\\u001b[2J\\u202e"))
    }

    @Test("A token comes from a file or the environment, and its absence is explained")
    func sources() async throws {
        let folder = try TemporaryFolder()
        let text = token("{\"sub\":\"alice\"}")
        try folder.write(text + "\n", to: "token.txt")
        let file = await CommandRun.of("token", "inspect", folder.file("token.txt"))
        let variable = await CommandRun.of(
            "token", "inspect", environment: ["COUNTERSIGN_TOKEN": text])
        let named = await CommandRun.of(
            "token", "inspect", environment: ["COUNTERSIGN_TOKEN_FILE": folder.file("token.txt")])
        #expect(file.output.contains("alice"))
        #expect(file.output == variable.output)
        #expect(file.output == named.output)
        let none = await CommandRun.of("token", "inspect")
        #expect(none.status == .usage)
        #expect(none.messages.contains("COUNTERSIGN_TOKEN_FILE"))
    }

    @Test("What is no token is refused")
    func noToken() async {
        for text in ["", "abc", "a.b", "a.b.c.d", "🙂.🙂.🙂"] {
            let run = await CommandRun.of("token", "inspect", input: text)
            #expect(run.status == .usage, "\(text)")
        }
    }

    @Test("policy test names the rule that decides, and says why others do not match")
    func policy() async throws {
        let folder = try await initialised()
        let config = folder.file("countersign.yaml")
        let allowed = await CommandRun.of(
            "policy", "test", "--as", "alice", "--role", "reader", "GET", "/invoices/1", "-c",
            config)
        #expect(allowed.status == .success)
        try GoldenFile.expect(allowed.output, is: "policy-test.txt")
        let denied = await CommandRun.of(
            "policy", "test", "--as", "alice", "--role", "reader", "POST", "/invoices", "-c", config
        )
        #expect(denied.status == .notPermitted)
        #expect(denied.output.contains("needs role writer"))
        let anonymous = await CommandRun.of("policy", "test", "GET", "/invoices/1", "-c", config)
        #expect(anonymous.status == .notPermitted)
        #expect(anonymous.output.contains("no_credentials"))
        let nowhere = await CommandRun.of("policy", "test", "GET", "/admin", "-c", config)
        #expect(nowhere.output.contains("unlisted_route"))
        let malformed = await CommandRun.of("policy", "test", "GET", "/a/../b", "-c", config)
        #expect(malformed.status == .usage)
        #expect(malformed.messages.contains("malformed_path"))
    }
}
