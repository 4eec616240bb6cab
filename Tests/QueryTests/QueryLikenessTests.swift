// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Query
import Testing

@Suite struct `Values that are alike` {
    private static let written = "Zo\u{EB} \u{C9}t\u{E9}"
    private static let decomposed = "Zoe\u{308} E\u{301}te\u{301}"

    private static func access(name: String, path: String) throws -> QueriedAccess {
        QueriedAccess(
            try QueryFixture.record(
                [
                    "actor.uid": .string("sub_1"), "actor.roles": .array([.string(name)]),
                    "labels.team": .string(name), "dst.service": .string(name),
                    "actor.session": .string(name),
                ], commits: [.who, .what]),
            [
                .who: QueryFixture.opened(["actor.name": .string(name)]),
                .what: QueryFixture.opened(["http.path": .string(path)]),
            ])
    }

    @Test(arguments: [written, decomposed], [written, decomposed])
    func `are names of persons and things, composed or not, in either case`(
        held: String, asked: String
    ) throws {
        let access = try Self.access(name: held, path: "/")
        for text in [asked, asked.lowercased(), asked.uppercased()] {
            for field in ["actor", "role", "label.team", "service"] {
                let query = try QueryFixture.query("\(field):\"\(text)\"")
                #expect(query.expression.verdict(on: access) == .hit, "\(field)")
                #expect(query.text == (try QueryFixture.query(query.text)).text)
            }
            let part = try QueryFixture.query("\"\(text.dropFirst(2))\"")
            #expect(part.expression.verdict(on: access) == .hit)
        }
        // A letter without its accent is another.
        #expect(try QueryFixture.query("actor:zoe*").expression.verdict(on: access) == .miss)
        let start = try QueryFixture.query("actor:zo\u{EB}*")
        #expect(start.expression.verdict(on: access) == .hit)
        // What stands in the record stays as it came.
        guard case .value(let shown)? = access.facets(of: .named(.role)).first else {
            Issue.record("there is a role")
            return
        }
        #expect(Array(shown.utf8) == Array(held.utf8))
    }

    @Test func `are no thumbprints of certificates, which stand beside names`() throws {
        let thumbprint = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"
        let access = QueriedAccess(
            try QueryFixture.record(["actor.auth.key": .string(thumbprint)]), [:])
        for (asked, verdict) in [
            (thumbprint, QueryVerdict.hit), (thumbprint.lowercased(), .miss), ("AbCd*", .hit),
            ("abcd*", .miss),
        ] {
            let query = try QueryFixture.query("actor:\(asked)")
            #expect(query.expression.verdict(on: access) == verdict, "\(asked)")
        }
    }

    @Test func `are no ids`() throws {
        let access = try Self.access(name: Self.decomposed, path: "/")
        let query = try QueryFixture.query("session:\"\(Self.written)\"")
        #expect(query.expression.verdict(on: access) == .miss)
        let same = try QueryFixture.query("session:\"\(Self.decomposed)\"")
        #expect(same.expression.verdict(on: access) == .hit)
    }

    @Test(arguments: [
        "/invoices/4711", "/invoices//4711", "/invoices%2F4711", "/invoices/4711/",
        "/invoices/4711;v=1", "//invoices/4711", "/invoices%252f4711",
    ]) func `are ways to write one path`(held: String) throws {
        let access = try Self.access(name: "Alice", path: held)
        for (asked, verdict) in [
            ("path:/invoices/4711", QueryVerdict.hit), ("path:/invoices//4711/", .hit),
            ("path:/%69nvoices/4711", .hit), ("path:/invoices/*", .hit),
            ("path:/invoices/47*", .hit), ("path:/invoices/4711/*", .miss),
            ("path:/invoices%2F47%31%31", .hit), ("path:/invoices", .miss),
            ("path:/Invoices/4711", .miss),
            ("rawpath:\"\(held)\"", .hit), ("rawpath:/invoices///4711", .miss),
            ("has:rawpath", .hit),
        ] {
            let query = try QueryFixture.query(asked)
            #expect(query.expression.verdict(on: access) == verdict, "\(asked)")
            #expect(!query.personalGroups.isEmpty)
        }
        // What one term finds is counted as one.
        #expect(access.facets(of: .named(.path)) == [.value("/invoices/4711")])
    }

    @Test(arguments: ["/files/a*b:c", "/files/a%2Ab%3Ac", "/files/a%2ab:c", "/files/a%252Ab:c"])
    func `are a sign in a path and its encoding`(held: String) throws {
        let access = try Self.access(name: "Alice", path: held)
        for asked in [
            #"path:/files/a\*b:c"#, #"path:"/files/a\*b:c""#, "path:/files/a%2Ab%3ac",
            #"path:/files/a\**"#, "path:/files/a%2a*",
        ] {
            let query = try QueryFixture.query(asked)
            #expect(query.expression.verdict(on: access) == .hit, "\(asked)")
            #expect(try QueryFixture.query(query.text) == query)
        }
        #expect(
            try QueryFixture.query("path:/files/a%2Ab%3ac").hash
                == QueryFixture.query(#"path:/files/a\*b:c"#).hash)
        let other = try QueryFixture.query("path:/files/aXb:c")
        #expect(other.expression.verdict(on: access) == .miss)
    }

    @Test func `are no paths as they were asked for`() throws {
        let access = QueriedAccess(
            try QueryFixture.record([:], commits: [.what]),
            [
                .what: QueryFixture.opened([
                    "http.path": .string("/invoices/1"),
                    "http.path_original": .string("/./invoices/%31"),
                ])
            ])
        for (asked, verdict) in [
            ("rawpath:/./invoices/%31", QueryVerdict.hit), ("rawpath:/./*", .hit),
            ("rawpath:/invoices/1", .miss), ("rawpath:/invoices/*", .miss), ("rawpath:*", .hit),
            ("path:/invoices/1", .hit), ("path:/./invoices/%31", .hit),
        ] {
            let query = try QueryFixture.query(asked)
            #expect(query.expression.verdict(on: access) == verdict, "\(asked)")
        }
        #expect(access.texts(of: .named(.rawpath)) == ["/./invoices/%31"])
        #expect(access.facets(of: .named(.path)) == [.value("/invoices/1")])
    }
}
