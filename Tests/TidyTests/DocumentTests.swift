// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    private static let required = [
        "README.md", "ARCHITECTURE.md", "LICENSE", "SECURITY.md", "CHANGELOG.md",
        "CONTRIBUTING.md", "Docs/Formats/README.md", "Docs/Internals/Invariants.md",
        "Docs/Internals/Failures.md", "Docs/Internals/Testing.md",
        "Docs/Decisions/dependencies.md", "Docs/Using/README.md", "Docs/Auditing/README.md",
        ".swift-format", ".editorconfig", ".ci/run", "Makefile",
    ]

    @Test("Every document that the house promises is there", arguments: required)
    func exists(_ path: String) throws {
        #expect(Repository.exists(path))
        #expect(try Repository.text(path).utf8.count > 40)
    }

    @Test("Every relative link leads to a file")
    func links() throws {
        for page in Repository.files(ending: ".md") {
            let folder = page.split(separator: "/").dropLast().joined(separator: "/")
            for link in Markdown(try Repository.text(page)).links where !link.contains("://") {
                let path = link.split(
                    separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
                guard !path.isEmpty else { continue }
                let target = folder.isEmpty ? String(path) : folder + "/" + path
                #expect(Repository.exists(target), "\(page): \(link)")
            }
        }
    }

    @Test("Every page of a folder is listed by the folder's README")
    func pagesAreListed() throws {
        for page in Repository.files(below: "Docs/", ending: ".md") {
            let parts = page.split(separator: "/")
            guard let name = parts.last, name != "README.md" else { continue }
            let index = parts.dropLast().joined(separator: "/") + "/README.md"
            guard Repository.exists(index) else { continue }
            let isListed = Markdown(try Repository.text(index)).links.contains(String(name))
            #expect(isListed, "\(index) does not list \(name)")
        }
    }

    @Test("Every fenced block is closed")
    func fences() throws {
        for page in Repository.files(ending: ".md") {
            let fences = try Repository.lines(page).count { $0.hasPrefix("```") }
            #expect(fences.isMultiple(of: 2), "\(page)")
        }
    }

    @Test("Every dependency says why it is there, and none is listed that is not")
    func dependencies() throws {
        let rows = Markdown(try Repository.text("Docs/Decisions/dependencies.md"))
            .rows(below: "# Dependencies")
        #expect(Set(rows.map { $0[0] }) == Set(try Manifest().packages))
        for row in rows { #expect(row[1].count > 20, "\(row[0])") }
    }

    @Test("Every command of the README exists")
    func commands() throws {
        let makefile = try Repository.text("Makefile")
        let blocks = Markdown(try Repository.text("README.md")).blocks.filter { $0.tag == "sh" }
        #expect(blocks.contains { $0.lines.contains("make demo") })
        #expect(blocks.contains { $0.lines.contains("make test") })
        let page = "Docs/Using/CommandLine.md"
        let commands = Repository.exists(page) ? try Repository.text(page) : ""
        for line in blocks.flatMap(\.lines) {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "make":
                let verb = words.dropFirst().first ?? ""
                #expect(makefile.contains("\n\(verb):"), "README: \(line)")
            case "countersign", ".build/debug/countersign", "countersign-verify":
                let verbs = words.dropFirst().prefix { $0.wholeMatch(of: /[a-z-]+/) != nil }
                let command = (["countersign"] + verbs.prefix(1)).joined(separator: " ")
                #expect(commands.contains(command), "README: \(line)")
            case "git", "cd", "curl", nil: continue
            default: Issue.record("README: nobody tests \(line)")
            }
        }
    }

    @Test("Every claim of the README has its test, and the test is there")
    func claims() throws {
        let claims = try Repository.text("README.md").matches(of: /\n- \*\*([^*]+)\*\*/)
            .map { String($0.1) }
        let rows = Markdown(try Repository.text("Docs/Internals/Testing.md"))
            .rows(below: "## Claims")
        for claim in claims {
            let isTested = rows.contains { $0[0] == claim }
            #expect(
                isTested,
                "README claims, and Docs/Internals/Testing.md does not say who tests: \(claim)")
        }
        for row in rows {
            #expect(claims.contains(row[0]), "tested, but not claimed: \(row[0])")
            let text = Repository.exists(row[2]) ? try Repository.text(row[2]) : ""
            #expect(text.contains(row[1]), "\(row[2]) has no test \"\(row[1])\"")
        }
    }

    @Test("Every attack that is said to be tested has its test")
    func attacks() throws {
        let page = "Docs/Internals/Attacks.md"
        let headings = try Repository.lines(page).filter { $0.hasPrefix("## ") }
        let rows = try headings.flatMap { Markdown(try Repository.text(page)).rows(below: $0) }
        #expect(rows.count > 60)
        for row in rows {
            guard row[3] != "–" else {
                #expect(row[1].hasPrefix("not covered: "), "\(row[0])")
                continue
            }
            let text = Repository.exists(row[3]) ? try Repository.text(row[3]) : ""
            #expect(text.contains(row[2]), "\(row[3]) has no test \"\(row[2])\"")
        }
    }

    @Test("Scripts can be run and say how")
    func scripts() throws {
        for file in Repository.files(below: "Scripts/", ending: "") + [".ci/run"] {
            let text = try Repository.text(file)
            guard text.hasPrefix("#!") else { continue }
            let path = Repository.root.appending(path: file).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(file)")
            #expect(text.contains("# usage: "), "\(file)")
            #expect(text.contains("\nset -euo pipefail\n"), "\(file)")
        }
    }
}
