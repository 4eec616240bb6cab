// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query
import Testing

@Suite("What can be written where the cursor stands")
struct QueryCompletionTests {
    /// The completion at a bar in a text.
    private func completion(_ text: String) -> QueryCompletion {
        let cursor = text.utf8.prefix { $0 != UInt8(ascii: "|") }.count
        return QueryCompletion(of: text.replacing("|", with: ""), at: cursor) { field in
            field == .named(.service) ? ["billing-api", "Bill board", "shop"] : []
        }
    }

    @Test(
        "Names of fields, shorthands and known values are proposed",
        arguments: [
            ("stag|", 0..<4, ["stage:"]), ("a ser|", 2..<5, ["service:"]),
            ("-zo|", 1..<3, ["zone:"]),
            ("(zo|", 1..<3, ["zone:"]),
            ("service:|", 8..<8, ["billing-api", "\"Bill board\"", "shop"]),
            ("service:bill|", 8..<12, ["billing-api", "\"Bill board\""]),
            ("service:bill| status:404", 8..<12, ["billing-api", "\"Bill board\""]),
            ("service:\"bill |", 8..<14, ["\"Bill board\""]),
            ("service:(shop OR bil|", 17..<20, ["billing-api", "\"Bill board\""]),
            ("decision:d|", 9..<10, ["deny"]), ("is:d|", 3..<4, ["denied"]),
            ("erased:wh|", 7..<9, ["who", "where", "what"]),
            ("has:wh|", 4..<6, ["who", "where", "what"]),
            ("created:y|", 8..<9, ["yesterday"]), ("nosuch:x|", 7..<8, []), ("zzz|", 0..<3, []),
        ] as [(String, Range<Int>, [String])])
    func candidates(_ text: String, _ range: Range<Int>, _ candidates: [String]) {
        let found = completion(text)
        #expect(found.range == range)
        #expect(found.candidates == candidates)
    }

    @Test("Where a term may begin, every field is proposed; elsewhere none")
    func beginnings() {
        for text in ["|", "a |", "status:404 |", "-|", "(|", "a OR |", "status:(404) |"] {
            let found = completion(text).candidates
            #expect(found.contains("service:") && found.contains("is:"), "\(text): \(found)")
            #expect(found == found.sorted())
        }
        #expect(completion("decision:(deny OR |").candidates.contains("allow"))
        #expect(completion("(|").range == 1..<1)
        #expect(completion("\"sta|").candidates.isEmpty)
        #expect(completion(")) |").candidates.isEmpty)
    }

    @Test("A cursor outside of the text is at its end")
    func outside() {
        let none: (QueryField) -> [String] = { _ in [] }
        #expect(QueryCompletion(of: "stag", at: 99, known: none).candidates == ["stage:"])
        #expect(QueryCompletion(of: "sta", at: -1, known: none).range == 0..<0)
        // One in the middle of a letter is before it.
        #expect(QueryCompletion(of: "\u{E9}", at: 1, known: none).range == 0..<0)
    }
}
