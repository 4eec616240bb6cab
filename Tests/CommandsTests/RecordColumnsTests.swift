// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Testing

@testable import Commands

@Suite struct `A list of records` {
    private func line(who: String, _ columns: RecordColumns) -> String {
        columns.line(of: columns.columns.map { $0.column == .who ? "\(who)" : "x" }).plain
    }

    /// Where the cells behind the name are.
    private func places(_ line: String) -> [Int] {
        let characters = Array(line)
        return characters.indices.filter { characters[$0] == "x" }
    }

    @Test func `stays in its columns beside a name that is too long, as far as there is room`()
        throws
    {
        let columns = RecordColumns(width: nil, digits: 3)
        let usual = places(line(who: "Ada", columns))
        let name = String(repeating: "a", count: 50)
        let long = places(line(who: name, columns))
        #expect(usual.count == long.count)
        // The cell behind the name moves on, and those behind that do not.
        let moved = zip(usual, long).filter { $0 != $1 }
        #expect(moved.count == 1)
        #expect(line(who: name, columns).contains(name + " x"))
    }

    @Test func `is cut to its columns on a terminal`() throws {
        for width in [60, 80, 120] {
            let columns = RecordColumns(width: width, digits: 3)
            let usual = line(who: "Ada", columns)
            let long = line(who: String(repeating: "a", count: 99), columns)
            #expect(places(usual) == places(long))
            #expect(long.contains("…"))
        }
    }
}
