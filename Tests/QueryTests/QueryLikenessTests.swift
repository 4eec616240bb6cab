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
            ("path:/invoices", .miss), ("path:/Invoices/4711", .miss),
            ("rawpath:\"\(held)\"", .hit), ("rawpath:/invoices///4711", .miss),
            ("has:rawpath", .hit),
        ] {
            let query = try QueryFixture.query(asked)
            #expect(query.expression.verdict(on: access) == verdict, "\(asked)")
            #expect(!query.personalGroups.isEmpty)
        }
        #expect(access.facets(of: .named(.path)) == [.value(held)])
    }
}
