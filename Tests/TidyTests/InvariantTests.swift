// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Invariants")
struct InvariantTests {
    static let page = "Docs/Internals/Invariants.md"

    @Test("Every promise is named in the code that keeps it and in a test that proves it")
    func promises() throws {
        let sources = try text(Repository.product)
        let tests = try text(Repository.files(below: "Tests/", ending: ".swift"))
        let names = Markdown(try Repository.text(Self.page)).rows(below: "## Promises")
            .map { $0[0] }
        for name in names {
            let (inSources, inTests) = (sources.contains(name), tests.contains(name))
            #expect(inSources, "\(name): not in Sources")
            #expect(inTests, "\(name): not in Tests")
        }
    }

    @Test("Every promise has its row of tests, and the tests are there")
    func proofs() throws {
        let promises = Markdown(try Repository.text(Self.page)).rows(below: "## Promises")
        let rows = Markdown(try Repository.text("Docs/Internals/Testing.md"))
            .rows(below: "## Promises")
        #expect(Set(rows.map { $0[0] }) == Set(promises.map { $0[0] }))
        for row in rows {
            let text = Repository.exists(row[2]) ? try Repository.text(row[2]) : ""
            #expect(text.contains(row[1]), "\(row[2]) has no test \"\(row[1])\"")
        }
    }

    @Test("Every precondition opens with the name of an invariant")
    func preconditionsAreNamed() throws {
        for file in Repository.sources {
            for precondition in Precondition.all(in: try Repository.text(file)) {
                #expect(
                    precondition.name != nil,
                    "\(file):\(precondition.line): message is not \"NameOfInvariant: what is wrong\""
                )
            }
        }
    }

    private func text(_ files: [String]) throws -> String {
        try files.map { try Repository.text($0) }.joined(separator: "\n")
    }
}
