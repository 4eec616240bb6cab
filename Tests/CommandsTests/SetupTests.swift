// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Foundation
import Messages
import TestSupport
import Testing

@Suite("From nothing to a configuration")
struct SetupTests {
    private func initialised() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of(
            "init", "--dir", folder.file("p"), "--origin", "log.example/test")
        try #require(run.status == .success, "\(run.messages)")
        return folder
    }

    @Test("init writes a configuration that check accepts, a secret key and an empty key file")
    func initialise() async throws {
        let folder = try await initialised()
        let check = await CommandRun.of("check", "-c", folder.file("p/countersign.yaml"))
        #expect(check.status == .success, "\(check.messages)")
        #expect(check.output.contains("origin: log.example/test"))
        #expect(check.messages.contains("configuration OK, sha256:"))
        for secret in ["p/log.key", "p/keys.yaml"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(secret))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(secret)")
        }
    }

    @Test("init prints the next three commands")
    func next() async throws {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("init", "--dir", folder.file("p"))
        let text = run.output.replacing(folder.path, with: "FOLDER")
        try GoldenFile.expect(text, is: "init.txt")
    }

    @Test("init with a service and a name: the next three commands are all there is left to do")
    func whole() async throws {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of(
            "init", "--dir", folder.file("p"), "--upstream", "http://127.0.0.1:3000", "--as",
            "Ada \"Countess\" Lovelace")
        #expect(run.status == .success, "\(run.messages)")
        let text = run.output.replacing(folder.path, with: "FOLDER")
        try GoldenFile.expect(text, is: "init-upstream.txt")
        let config = folder.file("p/countersign.yaml")
        #expect(await CommandRun.of("check", "-q", "-c", config).status == .success)
        for (method, role, path) in [
            ("GET", "reader", "/"), ("GET", "reader", "/static/app.js"), ("HEAD", "reader", "/a/b"),
            ("POST", "writer", "/"), ("DELETE", "writer", "/x"),
        ] {
            let trial = await CommandRun.of(
                "policy", "test", "--as", "ada", "--role", role, method, path, "-c", config)
            #expect(trial.status == .success, "\(method) \(path): \(trial.output)")
        }
        let refused = await CommandRun.of(
            "policy", "test", "--as", "ada", "--role", "reader", "POST", "/", "-c", config)
        #expect(refused.status == .notPermitted)
        // The key is where its owner finds it, and nowhere else.
        let header = try folder.text("p/key.header")
        #expect(header.hasPrefix("X-Api-Key: csk_"))
        #expect(!run.output.contains(header.dropFirst(11).dropLast()))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("p/key.header"))
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test("init's limit lets a page with many parts through")
    func limit() async throws {
        let folder = try await initialised()
        let effective = await CommandRun.of(
            "check", "--json", "-c", folder.file("p/countersign.yaml")
        ).output
        let burst = try #require(effective.firstMatch(of: /"burst":(\d+)/).flatMap { Int($0.1) })
        #expect(burst >= 100)
    }

    @Test("init refuses a service that no proxy could use, and writes nothing")
    func badUpstream() async throws {
        let folder = try TemporaryFolder()
        for url in [
            "", "localhost", "ftp://x", "http://u:p@x", "http://x/app", "http://x:0", "\"", "a\nb",
        ] {
            let run = await CommandRun.of("init", "--dir", folder.file("p"), "--upstream", url)
            #expect(run.status == .usage, "\(url): \(run.output)")
            #expect(run.messages.contains("--upstream"), "\(run.messages)")
        }
        #expect(!folder.exists("p"))
    }

    @Test("check wants the signing key that serve needs")
    func withoutKey() async throws {
        let folder = try await initialised()
        try FileManager.default.removeItem(atPath: folder.file("p/log.key"))
        let run = await CommandRun.of("check", "-c", folder.file("p/countersign.yaml"))
        #expect(run.status == .usage)
        #expect(run.messages.contains("log.key_file"))
    }

    @Test("init overwrites nothing")
    func twice() async throws {
        let folder = try await initialised()
        let key = try folder.text("p/log.key")
        let again = await CommandRun.of("init", "--dir", folder.file("p"))
        #expect(again.status == .failure)
        #expect(again.messages.contains("exists already"))
        #expect(try folder.text("p/log.key") == key)
    }

    @Test("init --dry-run writes nothing")
    func dryRun() async throws {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("init", "--dir", folder.file("p"), "--dry-run")
        #expect(run.status == .success)
        #expect(run.output.contains("p/countersign.yaml"))
        #expect(!folder.exists("p"))
    }

    @Test("init refuses a name that no log can have")
    func badOrigin() async throws {
        let folder = try TemporaryFolder()
        for origin in ["", "a b", "a+b", "naïve"] {
            let run = await CommandRun.of("init", "--dir", folder.file("p"), "--origin", origin)
            #expect(run.status == .usage, "\(origin)")
        }
        #expect(!folder.exists("p"))
    }

    @Test("check lists every mistake at once, with place and nearest name")
    func mistakes() async throws {
        let folder = try await initialised()
        let text = try folder.text("p/countersign.yaml")
            .replacing("on_failure: deny", with: "on_failur: deny")
            .replacing("rate: 600/m", with: "rate: often")
        try folder.write(text, to: "p/countersign.yaml")
        let run = await CommandRun.of("check", "-c", folder.file("p/countersign.yaml"))
        #expect(run.status == .usage)
        #expect(run.output.isEmpty)
        let messages = run.messages.replacing(folder.path, with: "FOLDER")
        try GoldenFile.expect(messages, is: "check-mistakes.txt")
    }

    @Test("Without a configuration, the message names the two ways out")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("check", "-c", folder.file("none.yaml"))
        #expect(run.status == .usage)
        #expect(run.messages.contains("`countersign init`"))
    }

    @Test("The environment names the configuration, the option wins")
    func environment() async throws {
        let folder = try await initialised()
        let byFile = await CommandRun.of(
            "check", "-q", environment: ["COUNTERSIGN_CONFIG": folder.file("p/countersign.yaml")])
        #expect(byFile.status == .success)
        let byFolder = await CommandRun.of(
            "check", "-q", environment: ["COUNTERSIGN_DIR": folder.file("p")])
        #expect(byFolder.status == .success)
        let byOption = await CommandRun.of(
            "check", "-q", "-c", folder.file("none.yaml"),
            environment: ["COUNTERSIGN_DIR": folder.file("p")])
        #expect(byOption.status == .usage)
    }

    @Test("key list and key export-public show the key, never its secret")
    func keys() async throws {
        let folder = try await initialised()
        let config = folder.file("p/countersign.yaml")
        let vkey = await CommandRun.of("key", "export-public", "-c", config)
        #expect(vkey.output.hasPrefix("log.example/test+"))
        let list = await CommandRun.of("key", "list", "-c", config, "--json")
        #expect(list.output.contains(vkey.output.dropLast()))
        // PRIVATE+KEY+name+id+base64, whose base 64 may hold a plus.
        let secret = try #require(
            try folder.text("p/log.key").split(separator: "+", maxSplits: 4).last)
        #expect(!list.output.contains(secret.dropLast()))
    }

    @Test("A key that others can read is refused, with the command that mends it")
    func openKey() async throws {
        let folder = try await initialised()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.file("p/log.key"))
        let run = await CommandRun.of("key", "list", "-c", folder.file("p/countersign.yaml"))
        #expect(run.status == .usage)
        #expect(run.messages.contains("chmod 600"))
    }
}
