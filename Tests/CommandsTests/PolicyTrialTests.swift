// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Messages
import TestSupport
import Testing

/// `policy test` decides as the proxy does, under every reading of a path.
@Suite struct `Trying out rules` {
    private static let configuration = """
        version: 1
        log: { origin: t.example/log, dir: log }
        listen: [{ address: 127.0.0.1:8080 }]
        services:
          - name: app
            match: { host: a.example }
            upstream: { url: http://127.0.0.1:9 }
            routes: [/admin, "/admin/{rest...}", "/home", "/{rest...}"]
            rules:
              - { id: no-admin, deny: { routes: [/admin, "/admin/{rest...}"] } }
              - { id: others, allow: all }
          - name: merged
            match: { host: m.example }
            paths: { slashes: merge, encoded_slash: refuse }
            upstream: { url: http://127.0.0.1:9 }
            rules: [{ id: everybody, allow: all }]
        """

    private func trial(_ url: String, _ method: String = "GET") async throws -> CommandRun {
        let folder = try TemporaryFolder()
        try folder.write(Self.configuration, to: "countersign.yaml")
        return await CommandRun.of(
            "policy", "test", "--as", "alice", method, url, "-c", folder.file("countersign.yaml"))
    }

    @Test(arguments: ["TRACE", "CONNECT"])
    func `refuses methods that are never proxied, whatever the rules are`(
        _ method: String
    ) async throws {
        let run = try await trial("http://a.example/home", method)
        #expect(run.status == .notPermitted, "\(run.output)")
        #expect(run.output.contains("method_not_supported"), "\(run.output)")
    }

    @Test func `takes no method that a request could not have`() async throws {
        #expect(try await trial("http://a.example/home", "get").status == .usage)
        #expect(try await trial("http://a.example/home", "PURGE").status == .success)
    }

    @Test(
        arguments: [
            ("http://a.example/home", "others", ""),
            ("http://a.example/admin", "no-admin", ""),
            ("http://a.example//admin", "no-admin", "read as merged_slashes"),
            ("http://m.example/a%2Fb", "default", ""),
        ])
    func `marks the one rule that decided, and under which reading`(
        _ url: String, _ rule: String, _ why: String
    ) async throws {
        let run = try await trial(url)
        let rows = run.output.split(separator: "\n").filter { $0.contains(" decides") }
        let row = try #require(rows.first, "\(run.output)")
        #expect(rows.count == 1, "\(run.output)")
        #expect(row.hasPrefix(rule + " "), "\(run.output)")
        #expect(why.isEmpty || row.contains(why), "\(run.output)")
    }

    @Test(
        arguments: [
            ("/admin", "rule_denied", nil), ("//admin", "rule_denied", "merged_slashes"),
            ("/admin;x", "rule_denied", "parameters"), ("/Admin", "rule_denied", "spelling"),
            ("/admin%2Fx", "rule_denied", "encoded_slash"),
            ("/%2561dmin", "rule_denied", "decoded_twice"),
            ("/admin.json", "rule_denied", "format"), ("/admin%20", "rule_denied", "trimmed"),
            ("/admin%EF%BC%8Fx", "rule_denied", "encoded_slash+normalised"),
            ("/x/..;/admin", "malformed_path", "parameters"),
        ] as [(String, String, String?)])
    func `names the reading that decides`(
        _ path: String, _ reason: String, _ reading: String?
    ) async throws {
        let run = try await trial("http://a.example\(path)")
        #expect(run.status == .notPermitted)
        #expect(run.output.contains(reason), "\(run.output)")
        let shown = run.output.split(separator: "\n").first { $0.hasPrefix("read as") }
        #expect(shown?.split(separator: " ").last.map(String.init) == reading, "\(run.output)")
    }

    @Test(
        arguments: [
            ("http://a.example/home", true), ("http://a.example//x", true),
            ("http://a.example/home;jsessionid=1", true), ("http://m.example//a", true),
            ("http://m.example/a%2Fb", false), ("http://a.example/x%2Fy", true),
        ])
    func `allows what the proxy does`(_ url: String, _ isAllowed: Bool) async throws {
        let run = try await trial(url)
        #expect(run.status == (isAllowed ? .success : .notPermitted), "\(run.output)")
    }
}
