// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The parts of a Markdown page that tests read.
struct Markdown {
    /// A fenced block: what stands behind the opening fence, and the lines between.
    struct Block {
        var tag: String
        var lines: [String]
        /// Number of the opening fence's line, from 1.
        var line: Int
    }

    private(set) var blocks: [Block] = []
    /// Everything outside of fenced blocks.
    private(set) var prose: [String] = []

    init(_ text: String) {
        var open: Block?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(tag: String(line.dropFirst(3)), lines: [], line: number + 1)
                }
            } else if open != nil {
                open?.lines.append(String(line))
            } else {
                prose.append(String(line))
            }
        }
    }

    /// The cells of every table row below a heading, without header and rule.
    func rows(below heading: String) -> [[String]] {
        guard let start = prose.firstIndex(of: heading) else { return [] }
        var rows: [[String]] = []
        for line in prose[(start + 1)...] {
            if line.hasPrefix("#") { break }
            guard line.hasPrefix("|") else { continue }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .dropFirst().dropLast().map { $0.trimmed }
            rows.append(cells)
        }
        return Array(rows.dropFirst(2))
    }

    /// Targets of inline links, outside of code.
    var links: [String] {
        prose.flatMap { line in
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .flatMap { number, part in
                    number.isMultiple(of: 2)
                        ? part.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) } : []
                }
        }
    }
}

extension StringProtocol {
    /// Without spaces and backticks at both ends.
    var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first == " " || first == "`" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "`" { rest.removeLast() }
        return String(rest)
    }
}
