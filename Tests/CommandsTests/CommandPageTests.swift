// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Commands
import Foundation
import Messages
import Testing

@Suite("GeneratedDocs: the page of commands")
struct CommandPageTests {
    @Test("Docs/Using/CommandLine.md is what the commands say of themselves")
    func page() async throws {
        var page = """
            # Command line

            Data goes to standard output, messages to standard error. Options win over the environment, the environment over the
            configuration file. Strings that came from elsewhere are shown escaped. This page is written by `make docs`.

            ## Exit codes

            | code | meaning |
            |---|---|

            """
        for status in ExitStatus.allCases {
            page += "| \(status.rawValue) | \(status.meaning) |\n"
        }
        page += "\nWhere several apply, the order is 10, 12, 15, 11, 13, 14.\n"
        for path in CommandLineTool.commandPaths {
            let help = await CommandRun.of(Array(path.dropFirst()) + ["--help"]).output
            let text = help.split(separator: "\n", omittingEmptySubsequences: false)
                .drop { $0.isEmpty }.joined(separator: "\n")
            page += "\n## \(path.joined(separator: " "))\n\n```text\n\(text)"
            while page.hasSuffix("\n") { page.removeLast() }
            page += "\n```\n"
        }
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/CommandLine.md")
        if GoldenFile.isWriting { try page.write(to: file, atomically: true, encoding: .utf8) }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == page
        #expect(isCurrent, "Docs/Using/CommandLine.md is out of date: run `make docs`")
    }
}
