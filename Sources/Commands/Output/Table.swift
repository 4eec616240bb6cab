// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages

/// Rows in columns for people: as wide as needed, the last column cut where the terminal ends.
struct Table {
    /// Headings; empty for a list of names and values.
    var headings: [SafeText]
    var rows: [[SafeText]]

    init(_ headings: [SafeText], rows: [[SafeText]] = []) {
        self.headings = headings
        self.rows = rows
    }

    /// Names in front of their values.
    init(facts: [(SafeText, SafeText)]) {
        headings = []
        rows = facts.map { [$0.0.toned(.faint), $0.1] }
    }

    /// - Parameter columns: width of the terminal; nil where lines may be of any length.
    func lines(within columns: Int?) -> [SafeText] {
        guard !rows.isEmpty else { return [] }
        let all = (headings.isEmpty ? [] : [headings.map { $0.toned(.faint) }]) + rows
        var widths: [Int] = []
        for row in all {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], TextWidth.of(cell.plain))
            }
        }
        return all.map { row in
            var line: SafeText = ""
            var used = 0
            for (column, cell) in row.enumerated() {
                if row[column...].allSatisfy(\.isEmpty) { break }
                if column == row.count - 1 {
                    line = line + cell.cut(to: columns.map { max(1, $0 - used) })
                } else {
                    line = line + cell.padded(to: widths[column] + 2)
                    used += widths[column] + 2
                }
            }
            return line
        }
    }
}

extension SafeText {
    /// Padded with spaces to a width; longer text is left as it is.
    func padded(to width: Int) -> SafeText {
        let missing = max(0, width - TextWidth.of(plain))
        return self + SafeText("\(String(repeating: " ", count: missing))")
    }

    /// The first and the last characters that fit, with an ellipsis between them where some do not: of an id or an address
    /// both ends tell.
    func cutInside(to width: Int) -> SafeText {
        guard TextWidth.of(plain) > width else { return self }
        let cells = runs.flatMap { run in
            run.text.map { (tone: run.tone, text: String($0), width: TextWidth.of(String($0))) }
        }
        var (first, last) = (0, cells.count)
        var room = max(0, width - 1)
        var isFront = true
        while first < last {
            let next = isFront ? cells[first] : cells[last - 1]
            guard next.width <= room else { break }
            room -= next.width
            if isFront { first += 1 } else { last -= 1 }
            isFront.toggle()
        }
        let ends = [cells[..<first], cells[last...]].map { part in
            SafeText(runs: part.map { Run(tone: $0.tone, text: $0.text) })
        }
        return ends[0] + "…" + ends[1]
    }

    /// The first characters that fit, with an ellipsis where some do not.
    func cut(to width: Int?) -> SafeText {
        guard let width, TextWidth.of(plain) > width else { return self }
        var result: SafeText = ""
        var room = width - 1
        for run in runs {
            var kept = ""
            for character in run.text {
                let needed = TextWidth.of(String(character))
                guard needed <= room else {
                    return result + SafeText(runs: [Run(tone: run.tone, text: kept)]) + "…"
                }
                kept.append(character)
                room -= needed
            }
            result = result + SafeText(runs: [run])
        }
        return result
    }
}
