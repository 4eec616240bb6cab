// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query
import Testing

@Suite("Texts that are no queries")
struct QueryFaultTests {
    @Test(
        "are refused where they are wrong, with what to do",
        arguments: [
            ("statsu:404", 0..<7, "did you mean `status`?"),
            ("a servise:x", 2..<10, "did you mean `service`?"),
            ("http://x", 0..<5, "quotation marks"), (":x", 0..<1, "name is missing"),
            ("status:", 0..<7, "`*` for any"), ("status: 404", 0..<7, "directly behind the colon"),
            ("a status:)", 9..<10, "no parenthesis is open"),
            ("status:abc", 7..<10, "404, 4xx"), ("status:99", 7..<9, "404, 4xx"),
            ("status:>999", 7..<11, "404, 4xx"), ("status:4*", 7..<9, "404, 4xx"),
            ("size:1zb", 5..<8, "64kib"), ("dur:500", 4..<7, "500ms"),
            ("dur:99999999999h", 4..<16, "500ms"), ("index:-1", 6..<8, "whole number"),
            ("index:<0", 6..<8, "whole number"), ("index:1..", 6..<9, "whole number"),
            ("created:2026-02-30", 8..<18, "is 2026-02-28"),
            ("since:2028-02-30T10:00Z", 6..<23, "is 2028-02-29"),
            ("created:2026-11-30..2026-11-31", 8..<30, "is 2026-11-30"),
            ("until:2026-13-31", 6..<16, "yesterday"), ("until:2026-02-32", 6..<16, "yesterday"),
            ("since:soon", 6..<10, "yesterday"),
            ("created:1969-01-01", 8..<18, "2026-11-29"),
            ("since:2026-11-29T25:00:00Z", 6..<26, "yesterday"),
            ("ip:10.1.0.0/8", 3..<13, "write `10.0.0.0/8`"), ("ip:10.*", 3..<7, "10.0.0.0/8"),
            ("status:500..400", 7..<15, "from 500 to 400"),
            ("path:/x?q=a", 7..<8, "leave it out, or write %3F"),
            (#"path:"/x\?q""#, 8..<9, "is not searched"), ("path:/x?*", 7..<8, "write %3F"),
            ("a path:/x#y", 9..<10, "write %23"), ("rawpath:/x?q", 10..<11, "`rawpath:`"),
            ("path:(/a OR /x?q)", 14..<15, "`path:`"), ("http.path:/x?q", 12..<13, "`path:`"),
            ("since:1M", 6..<8, "minutes are `m`"), ("until:-3M", 6..<9, "such as 30d"),
            ("created:2M..1M", 8..<14, "`created:` knows no `M`"), ("dur:>1M", 4..<7, "1m..5m"),
            ("since:M", 6..<7, "minutes are `m`"), ("since:xM", 6..<8, "yesterday"),
            (
                "created:2026-11-30..2026-11-01", 8..<30,
                "from 2026-11-30T00:00:00.000000Z to 2026-11-01T23:59:59.999999Z"
            ),
            (
                "since:2026-11-30 until:2026-11-01", 0..<33,
                "from 2026-11-30T00:00:00.000000Z to 2026-11-01T23:59:59.999999Z"
            ),
            ("is:dennied", 3..<10, "did you mean `denied`?"),
            ("has:nothing", 4..<11, "write one of"), ("erased:me", 7..<9, "who, where"),
            ("service:>x", 8..<10, "have no order"), ("a *", 2..<3, "needs a field"),
            ("service:a*b", 9..<10, "only at the end"), ("service:**", 8..<9, "only at the end"),
            ("service:\"\"", 8..<10, "has no value"), ("\"\"", 0..<2, "term is missing"),
            ("(a", 0..<1, "not closed"), ("a)", 1..<2, "no parenthesis is open"),
            ("()", 1..<2, "nothing in the parentheses"), ("\"a", 0..<1, "not closed"),
            ("a OR", 3..<4, "term is missing"), ("OR a", 0..<2, "term is missing"),
            ("a AND OR b", 6..<8, "term is missing"), ("NOT", 2..<3, "term is missing"),
            ("a - b", 2..<3, "term is missing"), ("-", 0..<1, "term is missing"),
            ("--a", 1..<2, "one negation"), ("NOT -a", 4..<5, "one negation"),
            ("a\\", 1..<2, "follows the backslash"), ("a\u{1B}b", 1..<2, "control character"),
            ("\"a\nb\"", 2..<3, "control character"),
            ("status:(404 500)", 12..<15, "joined by OR"),
            ("status:(404 AND 500)", 12..<15, "joined by OR"),
            ("status:(404 OR (500))", 15..<16, "joined by OR"),
            ("status:()", 8..<9, "joined by OR"), ("status:(OR)", 8..<10, "joined by OR"),
        ] as [(String, Range<Int>, String)])
    func faults(_ text: String, _ range: Range<Int>, _ remedy: String) throws {
        let fault = try #require(QueryFixture.fault(of: text))
        #expect(fault.range == range, "\(fault)")
        #expect(fault.message.contains(remedy), "\(fault.message)")
        #expect(!fault.message.contains("\n"))
    }

    @Test("Length, terms and depth are counted before anything calls itself")
    func limits() throws {
        let nested = { (depth: Int) in
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(QueryFixture.fault(of: nested(16)) == nil)
        #expect(QueryFixture.fault(of: nested(17)) == QueryFault(.tooDeep, at: 16..<17))
        #expect(QueryFixture.fault(of: nested(1023)) == QueryFault(.tooDeep, at: 16..<17))
        #expect(QueryFixture.fault(of: String(repeating: "(", count: 4000))?.kind == .tooDeep)
        // Values in parentheses nest no deeper.
        let inner = nested(16).replacing("a", with: "status:(404 OR 500)")
        #expect(QueryFixture.fault(of: inner) == nil)

        let terms = { (count: Int) in (0..<count).map { "t\($0)" }.joined(separator: " OR ") }
        #expect(try QueryFixture.query(terms(64)).expression.terms.count == 64)
        #expect(QueryFixture.fault(of: terms(65))?.kind == .tooManyTerms)
        // A shorthand counts as what it stands for.
        let words = { (count: Int) in
            (0..<count).map { "(is:denied x\($0))" }.joined(separator: " OR ")
        }
        #expect(QueryFixture.fault(of: words(16)) == nil)
        #expect(QueryFixture.fault(of: words(17))?.kind == .tooManyTerms)

        #expect(QueryFixture.fault(of: String(repeating: "x", count: 4096)) == nil)
        #expect(
            QueryFixture.fault(of: String(repeating: "x", count: 4097))
                == QueryFault(.tooLong, at: 4096..<4097))
    }

    @Test("The longest queries can be read from their canonical text")
    func longestCanonical() throws {
        let longest = (0..<63).map { "since:1h OR \"\($0)\\*\\*\\*\\*\\*\\*\\*\\*\\*\"" }
        for text in [
            longest.prefix(32).joined(separator: " OR "),
            String(repeating: "\\*", count: 2048), String(repeating: "\"\u{130}\"", count: 1024),
        ] {
            let query = try QueryFixture.query(text)
            #expect(try RecordQuery(canonical: query.text) == query)
        }
    }
}
