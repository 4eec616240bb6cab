// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Reasons: one table, no second list")
struct ReasonListTests {
    /// The table itself and its cases, and where faults of codecs become reasons by an exhaustive switch.
    private static let tables: Set<String> = [
        "Sources/AccessModel/Reason.swift", "Sources/AccessModel/Reason+Rows.swift",
        "Sources/HTTPPlane/Clients/Reason+Fault.swift",
    ]
    /// Reasons that a switch or a file's texts may name before it is a second table.
    private static let most = 6

    /// Name and code of each reason.
    private func reasons() throws -> (names: Set<String>, codes: Set<String>) {
        let cases = try Repository.text("Sources/AccessModel/Reason.swift")
        let rows = try Repository.text("Sources/AccessModel/Reason+Rows.swift")
        return (
            Set(cases.matches(of: /\n    case (\w+)/).map { String($0.1) }),
            Set(rows.matches(of: /Row\(\s*"(\w+)"/).map { String($0.1) })
        )
    }

    /// Files that may speak of reasons: others cannot import them.
    private func files() throws -> [(path: String, text: String)] {
        try Repository.files(ending: ".swift")
            .filter { !$0.hasPrefix("Tests/") && !Self.tables.contains($0) }
            .map { ($0, try Repository.text($0)) }
            .filter {
                $0.0.hasPrefix("Sources/AccessModel/") || $0.1.contains("import AccessModel")
            }
    }

    @Test("The table was found, with a row for every case")
    func found() throws {
        let (names, codes) = try reasons()
        #expect(names.count > 50)
        #expect(codes.count == names.count)
        #expect(try files().count > 50)
        for table in Self.tables { #expect(Repository.exists(table)) }
    }

    @Test("No other switch goes through the reasons")
    func switches() throws {
        let (names, _) = try reasons()
        for (path, text) in try files() where names.intersection(text.words).count > Self.most {
            for (line, cases) in SourceText(text).switches {
                let found = names.intersection(cases)
                #expect(
                    found.count <= Self.most,
                    "\(path):\(line): \(found.sorted()): add a column to the rows instead")
            }
        }
    }

    @Test("No other file lists their codes")
    func codes() throws {
        let (_, codes) = try reasons()
        for (path, text) in try files() {
            let found = codes.intersection(text.words).filter { text.contains("\"\($0)\"") }
            #expect(
                found.count <= Self.most,
                "\(path): \(found.sorted()): add a column to the rows instead")
        }
    }

    @Test("A switch is read with the cases of its own and of what it holds")
    func reading() {
        let text = """
            switch a {
            case .one,
                .two where x: 1
            case .three:
                switch b { case .four: 2 }
            // case .five: 3
            default: "case .six"
            }
            case .seven
            """
        let switches = SourceText(text).switches
        #expect(switches.map(\.line) == [1, 5])
        #expect(switches.first?.cases == ["one", "two", "three", "four"])
        #expect(switches.last?.cases == ["four"])
    }
}

extension SourceText {
    /// Every switch, by the line that it begins on, and the names with a dot in its case labels.
    fileprivate var switches: [(line: Int, cases: Set<String>)] {
        let text = code.joined(separator: "\n")
        var open: [(line: Int, depth: Int, cases: Set<String>)] = []
        var closed: [(line: Int, cases: Set<String>)] = []
        var (depth, line, at) = (0, 1, text.startIndex)
        for token in text.matches(of: /\bswitch\b|\bcase\b[^:{}]*|[{}]/) {
            line += text[at..<token.range.lowerBound].utf8.count { $0 == UInt8(ascii: "\n") }
            at = token.range.lowerBound
            switch token.output {
            case "switch": open.append((line, depth, []))
            case "{": depth += 1
            case "}":
                depth -= 1
                if let last = open.last, last.depth == depth {
                    closed.append((last.line, last.cases))
                    open.removeLast()
                }
            default:
                let names = token.output.matches(of: /\.(\w+)/).map { String($0.1) }
                for place in open.indices { open[place].cases.formUnion(names) }
            }
        }
        return closed.sorted { $0.line < $1.line }
    }
}

extension String {
    /// All words of letters, digits and underscores.
    fileprivate var words: Set<String> {
        Set(
            utf8.split { byte in
                byte != UInt8(ascii: "_") && !(0x30...0x39).contains(byte)
                    && !(0x41...0x5A).contains(byte & 0xDF)
            }.map { String(decoding: $0, as: UTF8.self) })
    }
}
