// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Foundation
import Messages
import Testing

@Suite("Help")
struct HelpTests {
    static let commands = CommandLineTool.commandPaths

    @Test("Every command's help is as in its golden file", arguments: commands)
    func golden(_ path: [String]) async throws {
        let help = await CommandRun.of(Array(path.dropFirst()) + ["--help"])
        #expect(help.status == .success)
        #expect(help.messages.isEmpty)
        try GoldenFile.expect(help.output, is: "help/\(path.joined(separator: "-")).txt")
    }

    @Test("Every command's help has examples before the usage, in 80 columns", arguments: commands)
    func examples(_ path: [String]) async throws {
        let help = await CommandRun.of(Array(path.dropFirst()) + ["-h"]).output
        let examples = try #require(help.range(of: "EXAMPLES:"))
        let usage = try #require(help.range(of: "USAGE:"))
        #expect(examples.lowerBound < usage.lowerBound)
        for line in help.split(separator: "\n") where !line.hasPrefix("USAGE:") {
            #expect(line.count <= 80, "\(path.joined(separator: " ")): \(line)")
        }
    }

    @Test("No paragraph of a help is broken before its line is full", arguments: commands)
    func paragraphs(_ path: [String]) async throws {
        let help = await CommandRun.of(Array(path.dropFirst()) + ["-h"]).output
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (line, next) in zip(lines, lines.dropFirst()) {
            guard !line.hasPrefix(" "), !next.hasPrefix(" "), !line.isEmpty, !next.isEmpty,
                !line.hasSuffix(":"), !line.hasPrefix("USAGE:")
            else { continue }
            let word = next.prefix { $0 != " " }
            #expect(line.count + 1 + word.count >= 80, "\(path.joined(separator: " ")): \(line)")
        }
    }

    @Test("Every example is one that the parser understands", arguments: commands)
    func examplesParse(_ path: [String]) async throws {
        let help = await CommandRun.of(Array(path.dropFirst()) + ["-h"]).output
        let lines = help.split(separator: "\n").drop { !$0.hasPrefix("EXAMPLES:") }.dropFirst()
            .prefix { $0.hasPrefix("  ") }
        #expect(!lines.isEmpty)
        for line in lines {
            for call in line.matches(of: /countersign ([a-z]+)(?: ([a-z-]+))?/) {
                let words = [call.1, call.2].compactMap { $0.map(String.init) }
                let known = Self.commands.contains { $0.dropFirst().starts(with: words.prefix(1)) }
                #expect(known, "\(line)")
            }
        }
    }

    @Test("Without arguments, the root prints its help")
    func root() async {
        let run = await CommandRun.of()
        #expect(run.status == .success)
        #expect(run.output.contains("SUBCOMMANDS:"))
    }
}
