// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Invariants")
struct InvariantTests {
    static let page = "Docs/Internals/Invariants.md"

    @Test("Every promise is named in the code that keeps it and in a test that proves it")
    func promises() throws {
        let (sources, tests) = (try text(below: "Sources/"), try text(below: "Tests/"))
        let names = Markdown(try Repository.text(Self.page)).rows(below: "## Promises")
            .map { $0[0] }
        for name in names {
            let (inSources, inTests) = (sources.contains(name), tests.contains(name))
            #expect(inSources, "\(name): not in Sources")
            #expect(inTests, "\(name): not in Tests")
        }
    }

    @Test("Every precondition opens with the name of an invariant")
    func preconditionsAreNamed() throws {
        for file in Repository.files(below: "Sources/", ending: ".swift") {
            for precondition in Precondition.all(in: try Repository.text(file)) {
                #expect(
                    precondition.name != nil,
                    "\(file):\(precondition.line): message is not \"NameOfInvariant: what is wrong\""
                )
            }
        }
    }

    private func text(below folder: String) throws -> String {
        try Repository.files(below: folder, ending: ".swift").map { try Repository.text($0) }
            .joined(separator: "\n")
    }
}
