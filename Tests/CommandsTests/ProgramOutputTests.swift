// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Foundation
import Messages
import TestSupport
import Testing

/// What `--json` promises of every command: data are JSON on standard output, everything else is JSON on standard
/// error, and the exit code is one of the documented ones.
@Suite("What programs are told")
struct ProgramOutputTests {
    /// A call that needs no running server, and how it ends in a folder that was just made.
    struct Call: CustomTestStringConvertible, Sendable {
        let words: [String]
        let status: CommandRun.Status
        /// Whether the configuration is named.
        var isConfigured = true

        var testDescription: String { words.joined(separator: " ") }
    }

    static let calls: [Call] = [
        Call(words: ["init", "--dir", "FOLDER/q"], status: .success, isConfigured: false),
        Call(
            words: ["init", "--dir", "FOLDER/r", "--as", "Ada"], status: .success,
            isConfigured: false),
        Call(words: ["init", "--dir", "FOLDER/p"], status: .failure, isConfigured: false),
        Call(
            words: ["init", "--dir", "FOLDER/s", "--dry-run"], status: .success,
            isConfigured: false),
        Call(words: ["check"], status: .success),
        Call(words: ["check", "--schema"], status: .success),
        Call(words: ["check", "-c", "FOLDER/bad.yaml"], status: .usage, isConfigured: false),
        Call(words: ["status"], status: .unavailable),
        Call(words: ["reload"], status: .unavailable),
        Call(words: ["doctor"], status: .failure),
        Call(words: ["log", "tail"], status: .notFound),
        Call(words: ["log", "query"], status: .notFound),
        Call(words: ["log", "query", "--status", "x"], status: .usage),
        Call(words: ["log", "query", "statsu:404"], status: .usage),
        Call(words: ["log", "query", "actor:Ada", "status:4xx", "--explain"], status: .success),
        Call(words: ["log", "stats"], status: .notFound),
        Call(words: ["log", "stats", "--by", "nothing"], status: .usage),
        Call(
            words: ["log", "stats", "actor:Ada", "--by", "ip", "--explain"], status: .success),
        Call(
            words: ["log", "first-seen", "--since", "2026-11-01", "--explain"], status: .success),
        Call(words: ["privacy", "find", "Ada", "--explain"], status: .success),
        Call(words: ["log", "first-seen"], status: .usage),
        Call(words: ["log", "first-seen", "--since", "7d"], status: .notFound),
        Call(words: ["explain", "0"], status: .notFound),
        Call(words: ["log", "get", "0"], status: .notFound),
        Call(words: ["log", "get", "x"], status: .usage),
        Call(words: ["log", "export", "--out", "FOLDER/x"], status: .notFound),
        Call(words: ["log", "snapshot", "--out", "FOLDER/y"], status: .notFound),
        Call(words: ["log", "adopt", "--reason", "a test"], status: .notFound),
        Call(words: ["verify"], status: .notFound),
        Call(words: ["verify", "log"], status: .notFound),
        Call(words: ["verify", "record", "0"], status: .notFound),
        Call(words: ["verify", "consistency", "--old", "FOLDER/none"], status: .notFound),
        Call(words: ["verify", "pack", "FOLDER/none"], status: .usage, isConfigured: false),
        Call(words: ["verify", "page", "--digest"], status: .success, isConfigured: false),
        Call(words: ["report", "soc2"], status: .notFound),
        Call(words: ["report", "soc2", "--html"], status: .usage),
        Call(words: ["report", "soc3"], status: .usage),
        Call(words: ["review", "sign", "--result", "clean"], status: .notFound),
        Call(words: ["review", "sign"], status: .usage),
        Call(words: ["review", "list"], status: .notFound),
        Call(words: ["checkpoint", "show"], status: .notFound),
        Call(words: ["catalog", "status"], status: .notFound),
        Call(words: ["catalog", "rebuild"], status: .notFound),
        Call(words: ["output", "list"], status: .success),
        Call(words: ["output", "test", "siem"], status: .notFound),
        Call(words: ["output", "replay", "siem", "--from", "0"], status: .notFound),
        Call(words: ["key", "list"], status: .success),
        Call(words: ["key", "export-public"], status: .success),
        Call(words: ["key", "rotate"], status: .success),
        Call(words: ["key", "retire", "00000000"], status: .notFound),
        Call(words: ["policy", "test", "GET", "/invoices/1"], status: .notPermitted),
        Call(
            words: ["policy", "test", "--as", "a", "--role", "reader", "GET", "/invoices/1"],
            status: .success),
        Call(words: ["privacy", "find"], status: .notFound),
        Call(words: ["privacy", "report", "sub_0123456789abcdef"], status: .notFound),
        Call(
            words: ["privacy", "erase", "sub_0123456789abcdef", "--dry-run"], status: .notFound),
        Call(words: ["privacy", "expire", "2025-11"], status: .notFound),
        Call(words: ["privacy", "approve", "none"], status: .usage),
        Call(words: ["privacy", "refuse", "none", "--ground", "archiving"], status: .usage),
        Call(words: ["privacy", "hold", "--reference", "none"], status: .usage),
        Call(words: ["privacy", "release"], status: .usage),
        Call(words: ["token", "mint", "--as", "ada"], status: .success),
        Call(words: ["token", "list"], status: .success),
        Call(words: ["token", "revoke", "none"], status: .notFound),
        Call(words: ["token", "rotate", "none"], status: .notFound),
        Call(words: ["token", "inspect", "FOLDER/token"], status: .success, isConfigured: false),
        Call(
            words: ["token", "inspect", "FOLDER/bad.yaml"], status: .usage, isConfigured: false),
        Call(
            words: [
                "user", "add", "ada", "--role", "auditor", "--password-file", "FOLDER/password",
            ],
            status: .success),
        Call(words: ["user", "list"], status: .success),
        Call(words: ["user", "roles", "nobody", "--role", "admin"], status: .notFound),
        Call(
            words: ["user", "passwd", "nobody", "--password-file", "FOLDER/password"],
            status: .notFound),
        Call(words: ["user", "remove", "nobody"], status: .notFound),
        Call(words: ["user", "token", "mint", "nobody"], status: .notFound),
        Call(words: ["user", "token", "list"], status: .success),
        Call(words: ["user", "token", "revoke", "none"], status: .notFound),
        Call(words: ["version"], status: .success, isConfigured: false),
        Call(words: ["nothing"], status: .usage, isConfigured: false),
        Call(words: ["log", "tail", "--nothing"], status: .usage, isConfigured: false),
        Call(words: ["help", "nothing"], status: .usage, isConfigured: false),
    ]

    /// Commands that are not in the table, and why.
    static let elsewhere = [
        "serve": "stays; Tests/ScenarioTests",
        "demo": "stays, or takes seconds; Tests/ScenarioTests",
        "completion": "prints a script and nothing else",
    ]

    private static let token =
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0."
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    @Test("is JSON from every command, whatever becomes of it", arguments: calls)
    func json(_ call: Call) async throws {
        let folder = try TemporaryFolder()
        let made = await CommandRun.of("init", "--dir", folder.file("p"))
        try #require(made.status == .success)
        try folder.write("version: 1\nlisten: no\nlog: { orign: x }\n", to: "bad.yaml")
        try folder.write(Self.token, to: "token")
        try folder.write("correct horse battery staple\n", to: "password")
        var words = call.words.map { $0.replacing("FOLDER", with: folder.path) } + ["--json"]
        if call.isConfigured { words += ["-c", folder.file("p/countersign.yaml")] }
        let run = await CommandRun.of(words)
        #expect(run.status == call.status, "\(run.output) \(run.messages)")
        for (name, text) in [("output", run.output), ("messages", run.messages)] {
            for line in text.split(separator: "\n") {
                let value = Result { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
                if case .failure = value { Issue.record("\(name): \(line)") }
            }
        }
        if call.status == .success {
            #expect(run.output.split(separator: "\n").count == 1, "\(run.output)")
            #expect(!run.messages.contains("\"error\""))
        } else if run.output.isEmpty {
            // Either the data say what is wrong, or the error does.
            let code =
                "{\"error\":{\"code\":\(call.status.rawValue),\"kind\":\"\(call.status.name)\""
            #expect(run.messages.hasPrefix(code), "\(run.messages)")
        }
    }

    @Test("covers every command that there is")
    func whole() {
        for path in CommandLineTool.commandPaths {
            let words = Array(path.dropFirst())
            let isGroup = CommandLineTool.commandPaths.contains {
                $0.count > path.count && $0.starts(with: path)
            }
            guard !isGroup, Self.elsewhere[words.joined(separator: " ")] == nil else { continue }
            #expect(Self.calls.contains { $0.words.starts(with: words) }, "\(words)")
        }
    }

    @Test("of a configuration's faults has file, line, column and path of each")
    func faults() async throws {
        let folder = try TemporaryFolder()
        try folder.write("version: 1\nlog: { orign: x }\n", to: "bad.yaml")
        let run = await CommandRun.of("check", "--json", "-c", folder.file("bad.yaml"))
        #expect(run.output.isEmpty)
        for member in [#""faults":[{"file":"#, #""line":2,"#, #""path":"log.orign""#] {
            #expect(run.messages.contains(member), "\(run.messages)")
        }
    }
}
