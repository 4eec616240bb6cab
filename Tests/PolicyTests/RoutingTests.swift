// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

struct RoutingTests {
    @Test(
        "Templates match by segments, literals first",
        arguments: [
            ("/v1/invoices", "demo /v1/invoices"),
            ("/v1/invoices/42", "demo /v1/invoices/{id}"),
            ("/v1/invoices/new", "demo /v1/invoices/new"),
            ("/v1/invoices/42/lines", "demo /v1/invoices/{id}/lines"),
            // The literal `new` has nothing below it, so the parameter is asked.
            ("/v1/invoices/new/lines", "demo /v1/invoices/{id}/lines"),
            ("/v1/files/", "demo /v1/files/{path...}"),
            ("/v1/files/a", "demo /v1/files/{path...}"),
            ("/v1/files/a/b/c.txt", "demo /v1/files/{path...}"),
            ("/v1/invoices/42/other", "-"),
            ("/v1", "-"), ("/", "-"), ("", "-"), ("v1/invoices", "-"),
        ])
    func templates(path: String, expected: String) throws {
        let book = try Rulebook([
            Fixture.service(
                routes: [
                    "/v1/invoices/{id}", "/v1/invoices", "/v1/invoices/new",
                    "/v1/invoices/{id}/lines", "/v1/files/{path...}",
                ])
        ])
        #expect(book.summary("h", path) == expected)
    }

    @Test(
        "LookalikesAreAsked: every variant of a protected path is asked about by its rules, too",
        arguments: [
            "/Admin", "/ADMIN", "/admin/", "/Admin/", "/adm%69n", "/%61dmin", "/Admin/Users",
            "/admin/Users", "/admin/users/", "/reports", "/Reports/", "/reports/A%2Bb",
            "/reports/a%2bb", "/admin.json", "/Admin.XML", "/admin.", "/admin/users.json",
            "/reports.html",
            // Full-width, Cyrillic, accented, mathematical, with a joiner, with a combining accent.
            "/%EF%BD%81%EF%BD%84%EF%BD%8D%EF%BD%89%EF%BD%8E", "/%D0%B0dmin", "/%C3%A4dmin",
            "/%F0%9D%90%9Admin", "/adm%E2%80%8Bin", "/a%CC%81dmin", "/admin%E2%80%8B",
            "/%E2%80%8Badmin", "/admin/u%C5%9Fers", "/%C3%A4dmin.json", "/%EF%BC%A1DMIN/",
        ])
    func lookalikes(path: String) throws {
        let book = try Rulebook([
            Fixture.service(
                routes: ["/admin", "/admin/users", "/reports/", "/reports/a+b", "/{rest...}"])
        ])
        guard
            case .contested(let match, let contenders) = book.route(
                host: "h", path: path, method: .get)
        else {
            Issue.record("not contested")
            return
        }
        #expect(book.template(of: match).text == "/{rest...}")
        #expect(!contenders.isEmpty)
        for contender in contenders {
            let text = contender.match.map { book.template(of: $0).text }
            #expect(text != nil && text != "/{rest...}")
            #expect(!contender.reading.isEmpty)
        }
    }

    @Test(
        "What only begins like a protected path is another path",
        arguments: [
            "/administrator", "/adm", "/x/admin", "/admin/other", "/admin.json/x", "/admin-json",
            "/adminjson", "/.json", "/%E6%97%A5%E6%9C%AC", "/%E6%97%A5dmin",
            "/%C3%A4%C3%B6%C3%BC%C3%A9%C3%A8",
            "/%C3%BCbersicht", "/admi%C3%A9x", "/%C3", "/%E2%80%8B", "/adm%C3%A9",
        ])
    func notLookalikes(path: String) throws {
        let book = try Rulebook([
            Fixture.service(routes: ["/admin", "/admin/users", "/{rest...}"])
        ])
        #expect(book.summary("h", path) == "demo /{rest...}")
    }

    @Test(
        "A prefix ends at a segment",
        arguments: [
            ("/v1", "one /v1/{rest...}"), ("/v1/", "one /v1/{rest...}"),
            ("/v1/x", "one /v1/{rest...}"), ("/v1x", "all /{rest...}"),
            ("/v1/deep/x", "deep /v1/deep/{rest...}"), ("/v1/deeper", "one /v1/{rest...}"),
            // `/v1/deep/` does not own `/v1/deep`, but has a say in it.
            ("/v1/deep", "one /v1/{rest...}, deep /v1/deep/{rest...}"),
            ("/V1/x", "all /{rest...}, one /v1/{rest...}"),
            ("/v1.json", "all /{rest...}, one /v1/{rest...}"), ("/v1.2/x", "all /{rest...}"),
            ("/%EF%BD%961/x", "all /{rest...}, one /v1/{rest...}"),
            ("/v1/d%C3%A9ep/x", "one /v1/{rest...}, deep /v1/deep/{rest...}"),
            ("/v1/Deep/x", "one /v1/{rest...}, deep /v1/deep/{rest...}"),
            ("/", "all /{rest...}"),
            ("/v", "all /{rest...}"),
        ])
    func prefixes(path: String, expected: String) throws {
        let book = try Rulebook([
            Fixture.service("all"), Fixture.service("one", path: "/v1"),
            Fixture.service("deep", path: "/v1/deep/"),
        ])
        #expect(book.summary("h", path) == expected)
    }

    @Test(
        "The narrowest host wins, then the longest prefix",
        arguments: [
            ("api.example.com", "/v1/x", "api-v1"), ("api.example.com", "/v2", "api"),
            ("API.Example.Com", "/v2", "api"), ("api.example.com.", "/v2", "api"),
            ("b.example.com", "/v1/x", "wild"), ("a.b.example.com", "/", "wild"),
            ("c.eu.example.com", "/", "eu"), ("example.com", "/v1/x", "any-v1"),
            ("xexample.com", "/", "any"), ("other", "/v1", "any-v1"), ("", "/", "any"),
            ("[::1]", "/", "six"),
        ])
    func hosts(host: String, path: String, service: String) throws {
        let book = try Rulebook([
            Fixture.service("any"), Fixture.service("any-v1", path: "/v1"),
            Fixture.service("wild", host: "*.example.com"),
            Fixture.service("eu", host: "*.eu.example.com"),
            Fixture.service("api", host: "api.example.com"),
            Fixture.service("api-v1", host: "api.example.com", path: "/v1/"),
            Fixture.service("six", host: "[::1]"),
        ])
        #expect(book.summary(host, path).split(separator: " ").first.map(String.init) == service)
    }

    @Test(
        "A route's method counts",
        arguments: [
            (Method.get, "/a", "demo /a"), (.head, "/a", "demo /a"), (.post, "/a", "demo /a"),
            (.delete, "/a", "405 GET,HEAD,POST"), (.options, "/a", "405 GET,HEAD,POST"),
            (.get, "/b", "405 POST"), (.head, "/b", "405 POST"),
            (.other("PROPFIND"), "/any", "demo /any"),
            // POST is listed for `new` alone, GET for every name.
            (.get, "/c/new", "demo /c/{id}"), (.post, "/c/new", "demo /c/new"),
            (.put, "/c/new", "405 POST,GET,HEAD"),
            // Another spelling of `new` is posted to through the rest, and `new` has a say in it.
            (.post, "/c/New", "demo /c/{rest...}, demo /c/new"), (.get, "/c/New", "demo /c/{id}"),
            (.post, "/c/other", "demo /c/{rest...}"),
        ])
    func methods(method: Method, path: String, expected: String) throws {
        let book = try Rulebook([
            Fixture.service(
                routes: [
                    "GET /a", "POST /a", "POST /b", "/any", "GET /c/{id}", "POST /c/new",
                    "POST /c/{rest...}",
                ].filter { path == "/c/new" ? !$0.hasSuffix("{rest...}") : true })
        ])
        #expect(book.summary("h", path, method) == expected)
    }

    @Test func `a HEAD route of its own is preferred to GET`() throws {
        let book = try Rulebook([Fixture.service(routes: ["GET /a", "HEAD /a"])])
        guard case .matched(let match) = book.route(host: "h", path: "/a", method: .head) else {
            Issue.record("not routed")
            return
        }
        #expect(match.route == RouteIndex(1))
    }

    @Test func `parameters are ranges of the path`() throws {
        let book = try Rulebook([Fixture.service(routes: ["/a/{x}/b/{y...}"])])
        let path = "/a/12/b/3/4"
        guard case .matched(let match) = book.route(host: "h", path: path, method: .get) else {
            Issue.record("not routed")
            return
        }
        let bytes = Array(path.utf8)
        let parameters = book.parameters(of: match, in: bytes.span)
        #expect(parameters.map(\.name) == ["x", "y"])
        #expect(
            parameters.map { String(decoding: bytes[$0.range], as: UTF8.self) } == ["12", "3/4"])
    }

    @Test func `a route's audit and encoded slashes override its service's`() throws {
        var service = try Fixture.service(routes: ["/a", "/b"])
        service.routes[1].audit = AuditPolicy(ahead: .always, onFailure: .allow)
        service.routes[1].allowsEncodedSlash = true
        let book = try Rulebook([service])
        let matches = ["/a", "/b"].compactMap { path -> RouteMatch? in
            guard case .matched(let match) = book.route(host: "h", path: path, method: .get) else {
                return nil
            }
            return match
        }
        #expect(matches.map { book.audit(of: $0).ahead } == [.auto, .always])
        #expect(matches.map { book.audit(of: $0).onFailure } == [.deny, .allow])
        #expect(matches.map(book.allowsEncodedSlash) == [false, true])
    }

    @Test(
        "A started record is awaited where the policy says so",
        arguments: [
            (AuditPolicy.Ahead.auto, Method.get, false), (.auto, .head, false),
            (.auto, .post, true), (.auto, .other("PURGE"), true), (.always, .get, true),
            (.never, .post, false),
        ])
    func ahead(ahead: AuditPolicy.Ahead, method: Method, expected: Bool) {
        let audit = AuditPolicy(ahead: ahead, onFailure: .deny)
        #expect(audit.recordsAhead(mayChange: !method.isSafe) == expected)
    }

    @Test func `many literals and deep paths are found`() throws {
        let routes =
            (0..<300).map { "/s\($0)/{id}" } + [
                "/" + Array(repeating: "d", count: 200).joined(separator: "/")
            ]
        let book = try Rulebook([Fixture.service(routes: routes)])
        for number in [0, 1, 255, 256, 257, 299] {
            #expect(book.summary("h", "/s\(number)/x") == "demo /s\(number)/{id}")
        }
        #expect(book.summary("h", "/s300/x") == "-")
        #expect(book.summary("h", "/d" + String(repeating: "/d", count: 199)) != "-")
        #expect(book.summary("h", "/d" + String(repeating: "/d", count: 200)) == "-")
    }
}
