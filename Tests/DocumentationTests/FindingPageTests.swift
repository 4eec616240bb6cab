// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Verification

@Suite("GeneratedDocs: the table of findings")
struct FindingPageTests {
    private static let heading = "## Every finding"

    private static let introduction = """
        \(heading)

        All that `verify` and `countersign-verify` can report, gravest first; a dash stands for a note, of which nothing is wrong.
        This table is generated from the code by `make docs`.

        | finding | exit | meaning |
        |---|---|---|

        """

    private static var section: String {
        Concern.allCases.flatMap { concern in
            FindingCode.allCases.filter { $0.concern == concern }
        }.reduce(introduction) { page, code in
            let verdict = VerificationVerdict([Finding(code)])
            let exit = code.concern == .note ? "–" : "\(verdict.exitCode)"
            return page + "| `\(code.rawValue)` | \(exit) | \(code.message) |\n"
        }
    }

    @Test("Docs/Auditing/Damage.md ends in every code that a verification can report")
    func findings() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Auditing/Damage.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(page.range(of: Self.heading)?.lowerBound)
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            try (page[..<start] + Self.section).write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(
            page[start...] == Self.section,
            "Docs/Auditing/Damage.md is out of date: run `make docs`")
    }
}
