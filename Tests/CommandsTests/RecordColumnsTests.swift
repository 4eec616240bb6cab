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

    @Test(arguments: [nil, 60, 120])
    func `shows all of a long name where it is asked for, and moves on as little as it must`(
        width: Int?
    ) throws {
        let columns = RecordColumns(width: width, digits: 3, isWide: true)
        let usual = places(line(who: "Ada", columns))
        let name = String(repeating: "a", count: 50)
        let long = places(line(who: name, columns))
        #expect(usual.count == long.count)
        // The cell behind the name moves on, and those behind that do not.
        let moved = zip(usual, long).filter { $0 != $1 }
        #expect(moved.count == 1)
        #expect(line(who: name, columns).contains(name + " x"))
    }

    /// Where the cells behind the name are on the screen.
    private func cells(_ line: String) -> [Int] {
        places(line).map { TextWidth.of(String(Array(line)[..<$0])) }
    }

    @Test(arguments: [
        String(repeating: "a", count: 99), String(repeating: "山", count: 40),
        String(repeating: "e\u{301}", count: 80), String(repeating: "🧾", count: 33),
        String(repeating: "❤\u{FE0F}", count: 33), String(repeating: "각", count: 30),
        String(repeating: "\u{1112}\u{1161}\u{11AB}", count: 30),
    ])
    func `keeps its columns beside a name of any length and script`(name: String) throws {
        for width in [nil, 60, 80, 120] {
            let columns = RecordColumns(width: width, digits: 3, isWide: false)
            let usual = line(who: "Ada", columns)
            let long = line(who: name, columns)
            #expect(cells(usual) == cells(long))
            #expect(long.contains("…"))
        }
    }

    @Test func `keeps both ends of a name that is cut`() throws {
        let text: SafeText = "anonymous (claims key tzc7rsoq of somebody-with-a-long-name)"
        let cut = text.cutInside(to: 30).plain
        #expect(cut == "anonymous (clai…h-a-long-name)")
        #expect(TextWidth.of(cut) == 30)
        #expect(("short" as SafeText).cutInside(to: 5).plain == "short")
        #expect(("山山山" as SafeText).cutInside(to: 4).plain == "山…")
        #expect(("ab" as SafeText).cutInside(to: 1).plain == "…")
    }

    @Test func `counts the cells of composed and decomposed letters alike`() {
        #expect(TextWidth.of("é") == 1 && TextWidth.of("e\u{301}") == 1)
        #expect(TextWidth.of("각") == 2 && TextWidth.of("\u{1100}\u{1161}\u{11A8}") == 2)
        #expect(TextWidth.of("Ada\u{200D}") == 3)
        #expect(TextWidth.of("✅") == 2 && TextWidth.of("❤\u{FE0F}") == 2 && TextWidth.of("❤") == 1)
    }
}
