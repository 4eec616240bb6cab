// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Query
import Testing

@Suite("The syntax of queries")
struct QuerySyntaxTests {
    @Test(
        "A query has one canonical text, and means the same as it",
        arguments: QuerySamples.all)
    func canonical(_ sample: QuerySamples.Sample) throws {
        let query = try QueryFixture.query(sample.text)
        #expect(query.text == sample.canonical)
        let again = try RecordQuery(canonical: query.text)
        #expect(again == query)
        #expect(again.text == query.text)
        #expect(again.hash == query.hash)
    }

    @Test(
        "Order, doubling, grouping and the way of writing make no other query",
        arguments: [
            ["a b", "b a", "a AND b", "a b a", "(a) (b)", "((b) AND a)"],
            ["a OR b", "b OR a", "a OR b OR a", "(a OR b)"],
            ["-(-a)", "a", "NOT (NOT a)"],
            ["service:Billing", "SERVICE:billing", "dst.service:\"billing\"", "service:b\\illing"],
            ["actor:Zo\u{EB}", "actor:Zoe\u{308}"], ["role:Zo\u{EB}", "role:zoe\u{308}"],
            ["zo\u{EB}*", "ZOE\u{308}*"], ["label.team:\u{E9}", "label.team:e\u{301}"],
            ["actor:Bob@Example.com", "actor:BOB@EXAMPLE.COM", "actor:bob@example.com"],
            ["actor:BOB", "actor:Bob"], ["actor:\"Ada L*\"", "actor:\"ADA L*\""],
            ["path:/a/b", "path:/a//b", "path:/a%2Fb/", "path:/%61/b", "path:/a/b;v=1"],
            ["path:/a/b*", "path:/a//b*"], ["path:\"/a b\"", "path:\"/a%20b\""],
            ["status:404", "status:404..404", "http.status:404", "status:(404)"],
            ["status:5xx", "status:500..599", "status:5XX", "status:5xx..5xx"],
            ["is:denied", "decision:(deny OR limit OR challenge)"],
            ["is:erased", "erased:*"], ["has:service", "service:*"],
            ["size:>1kb", "size:>=1001", "size:>1000b"],
            ["dur:>=2s", "dur:>=2000ms", "duration:>=2000000us"],
            [
                "created:2026-11-01..2026-11-30", "since:2026-11-01 until:2026-11-30",
                "until:2026-11-30 since:2026-11-01 since:2026-10-01",
                "created:>=2026-11-01 created:<2026-12-01",
            ],
            ["since:24h", "since:-24h", "since:1d"],
            ["ip:10.0.0.7", "ip:10.0.0.7/32", "ip:::ffff:10.0.0.7"], ["", " \t\n", "*", " * "],
        ])
    func alike(_ texts: [String]) throws {
        let queries = try texts.map { try QueryFixture.query($0) }
        #expect(Set(queries).count == 1, "\(queries.map(\.text))")
        #expect(Set(queries.map(\.hash)).count == 1)
    }

    @Test("Other queries have other hashes, and a hash is of the text")
    func hashes() throws {
        let queries = try ["", "a", "b", "-a", "a b", "a OR b", "service:a", "service:a*"]
            .map { try QueryFixture.query($0) }
        #expect(Set(queries.map(\.hash)).count == queries.count)
        #expect(
            queries[0].hash
                == "sha256:af2df755f1ea3bd9af4b83486775c4249e633e19246731ef64403fadfe89fc1a")
        #expect(
            queries[6].hash
                == "sha256:49b61aa37e4ef9f291f3f98c164912bb2c89b03f6fa1e954c89ee4aedf8cfa67")
    }

    @Test("Every field has a name of its own, and its example is a query about it")
    func fields() throws {
        #expect(Set(QueryField.allNames).count == QueryField.allNames.count)
        for name in QueryField.Name.allCases {
            let row = QueryFieldRow.of(name)
            #expect(row.name == name.rawValue)
            for alias in row.aliases {
                #expect(QueryField(alias.uppercased()) == .named(name), "\(alias)")
            }
            let query = try QueryFixture.query(row.example)
            #expect(query.expression.terms.contains { $0.field == .named(name) }, "\(row.example)")
        }
        #expect(QueryField("label.team") == .label("team"))
        #expect(QueryField("label.") == nil)
        #expect(QueryField("label.a-b") == nil)
        #expect(QueryField("label." + String(repeating: "x", count: 70)) == nil)
        for shorthand in QueryShorthand.allCases {
            #expect(try !QueryFixture.query(shorthand.example).expression.terms.isEmpty)
        }
        for word in QueryShorthand.Word.allCases {
            let query = try QueryFixture.query("is:\(word.rawValue)")
            #expect(query.expression.terms.count == word.terms.count)
        }
    }

    @Test("Personal terms are known: those that need values of a group")
    func personal() throws {
        let query = try QueryFixture.query(
            "actor:alice path:/v1/* -ip:10.0.0.0/8 service:billing actor:sub_7q4m actor:* anybody")
        #expect(query.personalGroups == [.who, .where, .what])
        #expect(query.personalTerms.count == 3)
        #expect(try QueryFixture.query("status:200 OR actor:anonymous").personalTerms.isEmpty)
    }

    @Test("What one asks may be put together from several queries")
    func together() throws {
        let queries = try ["status:404 OR status:500", "", "-service:a", "since:2h"]
            .map { try QueryFixture.query($0) }
        let both = RecordQuery(all: queries)
        #expect(both == (try QueryFixture.query("since:2h -service:a status:(500 OR 404)")))
        #expect(RecordQuery(all: []).text == "*")
    }

    @Test("Words that nobody writes are doubted, not refused: a later version may know them")
    func doubts() throws {
        let query = try QueryFixture.query("decision:alow service:x stage:complete action:later.x")
        let doubts = query.doubts
        #expect(Set(doubts.map(\.word)) == ["alow", "later.x"])
        #expect(doubts.first { $0.word == "alow" }?.nearest == "allow")
        #expect(try QueryFixture.query("method:GET decision:deny").doubts.isEmpty)
        #expect(try QueryFixture.query("path:/x rawpath:/y* path:\\* path:*").doubts.isEmpty)
        for (text, meant) in [("path:inv_417", "/inv_417"), ("-rawpath:api*", "/api")] {
            #expect(try QueryFixture.query(text).doubts.map(\.nearest) == [meant], "\(text)")
        }
    }
}

@Suite("A query in words")
struct QuerySentenceTests {
    @Test(
        "says what is asked for",
        arguments: [
            ("", "every record"), ("service:*", "records where there is a value of service"),
            (
                "status:5xx -service:billing",
                "records where it is not so that service is `billing`, and status is from 500 to 599"
            ),
            (
                "(rate OR path:/v1/*) dur:>2s",
                "records where dur is more than 2s, and (path begins with `/v1/`, or action, service, route, reason or opaque id holds `rate`)"
            ),
            ("ip:10.0.0.0/8", "records where ip is in the network 10.0.0.0/8"),
            ("ip:::1", "records where ip is ::1"),
            ("until:2026-11-29", "records where created is 2026-11-29T23:59:59.999999Z or less"),
            ("status:404", "records where status is 404"),
        ])
    func sentence(_ text: String, _ sentence: String) throws {
        #expect(QuerySentence.of(try QueryFixture.query(text)) == sentence)
    }
}
