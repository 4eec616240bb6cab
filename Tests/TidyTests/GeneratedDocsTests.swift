// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Tables that are read off the sources. `make docs` writes them anew.
@Suite("GeneratedDocs: tables read off the sources")
struct GeneratedDocsTests {
    @Test("The contracts in Invariants.md are those of the sources")
    func contracts() throws {
        var places: [String: Set<String>] = [:]
        var meanings: [String: String] = [:]
        for file in Repository.sources {
            let room = String(file.split(separator: "/")[1])
            for precondition in Precondition.all(in: try Repository.text(file)) {
                guard let name = precondition.name else { continue }
                places[name, default: []].insert(room)
                meanings[name] = meanings[name] ?? precondition.meaning
            }
        }
        let rows = places.keys.sorted().map { name in
            let rooms = places[name, default: []].sorted().map { "`\($0)`" }
            return "| `\(name)` | \(rooms.joined(separator: ", ")) | \(meanings[name] ?? "") |"
        }
        try check(InvariantTests.page, below: "| name | in | where it is broken |", rows: rows)
    }

    /// Compares, or writes, the rows of a page's table.
    private func check(_ page: String, below header: String, rows: [String]) throws {
        var lines = try Repository.lines(page)
        let start = try #require(lines.firstIndex(of: header)) + 2
        let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            lines.replaceSubrange(start..<end, with: rows)
            try lines.joined(separator: "\n").write(
                to: Repository.root.appending(path: page), atomically: true, encoding: .utf8)
        } else {
            let isCurrent = Array(lines[start..<end]) == rows
            #expect(isCurrent, "\(page) is out of date: run `make docs`")
        }
    }
}
