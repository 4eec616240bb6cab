// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Messages
import TestSupport
import Testing

@Suite("What reaches a terminal")
struct ScreenTests {
    private func initialised() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let run = await CommandRun.of("init", "--dir", folder.path)
        try #require(run.status == .success, "\(run.messages)")
        return folder
    }

    @Test("Colour is for terminals, and not where NO_COLOR, --no-color or TERM=dumb is set")
    func colour() async throws {
        let folder = try await initialised()
        let arguments = [
            "policy", "test", "GET", "/invoices/1", "-c", folder.file("countersign.yaml"),
        ]
        #expect(await CommandRun.of(arguments, columns: 80).output.contains("\u{1B}["))
        let plain = [
            await CommandRun.of(arguments),
            await CommandRun.of(arguments, environment: ["NO_COLOR": "1"], columns: 80),
            await CommandRun.of(arguments, environment: ["TERM": "dumb"], columns: 80),
            await CommandRun.of(arguments + ["--no-color"], columns: 80),
        ]
        for run in plain { #expect(!run.output.contains("\u{1B}")) }
        let empty = await CommandRun.of(arguments, environment: ["NO_COLOR": ""], columns: 80)
        #expect(empty.output.contains("\u{1B}["))
    }

    @Test("Tables are cut where a narrow terminal ends, and never in a pipe")
    func narrow() async throws {
        let folder = try await initialised()
        let arguments = [
            "policy", "test", "GET", "/invoices/1", "--no-color", "-c",
            folder.file("countersign.yaml"),
        ]
        let narrow = await CommandRun.of(arguments, columns: 40).output
        #expect(narrow.contains("…"))
        for line in narrow.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
        #expect(!(await CommandRun.of(arguments).output.contains("…")))
    }

    @Test("Output that nobody reads any more ends with 141")
    func closed() async {
        let messages = OutputSink(isTerminal: false, columns: nil) { _ throws(OutputClosed) in }
        let closed = OutputSink(isTerminal: false, columns: nil) { _ throws(OutputClosed) in
            throw OutputClosed()
        }
        let context = CommandContext(
            output: closed, messages: messages, input: { _ in nil }, secret: { _ in nil },
            environment: [:], now: { CommandRun.now })
        #expect(await CommandLineTool.run(["version"], in: context) == .outputClosed)
    }
}
