// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPPlane
import Transport
import Policy
import Testing

/// Other spellings of a path that is denied, before a service that would serve every one of them.
@Suite("Attacks: paths")
struct PathAttackTests {
    /// `/admin` and all below it are denied to everybody, all else is allowed.
    private func settings() throws -> ProxySettings {
        var settings = ProxySettings()
        settings.routes = ["/admin", "/admin/{rest...}", "/{rest...}"]
        settings.rules = [
            Rule(
                id: "r-admin", effect: .deny,
                conditions: Rule.Conditions(
                    routes: [try RoutePattern("/admin"), try RoutePattern("/admin/{rest...}")],
                    admitsAnonymous: false),
                tags: []),
            Rule(
                id: "r-all", effect: .allow,
                conditions: Rule.Conditions(roles: ["reader"], admitsAnonymous: false), tags: []),
        ]
        return settings
    }

    private func get(_ target: String, _ fields: String = "") -> String {
        Attack.request("GET \(target) HTTP/1.1", fields)
    }

    @Test("No spelling of a denied path reaches the service")
    func denied() async throws {
        let byRule = [
            "/admin", "/admin?", "/admin?x=1", "/admin?/../public", "/%61dmin", "/%61%64%6d%69%6E",
            "/admi%6e", "/admin/", "/admin/users", "/admin/a?b", "http://api.example.com/admin",
            "HTTP://API.EXAMPLE.COM/admin?x", "/admin/x.json", "/./admin", "/admin/.", "/admin/%2e",
        ]
        let alike = [
            "/Admin", "/ADMIN", "/aDmin/", "/admin.json", "/%ffadmin", "/admin\u{FF}", "/%E0dmin",
            "/Admin/users", "/ADMIN.XML", "/%41dmin", "/%EF%BD%81dmin", "/%D0%B0dmin",
            "/%d0%b0dmin", "/%C3%A4dmin", "/%EF%BC%A1DMIN", "/adm%C4%B1n", "/adm%E2%80%8Bin",
            "/admin.json/", "/ADMIN.xml/",
            "/admin%E2%80%8B", "/%F0%9D%92%B6dmin",
        ]
        let otherwise = [
            "//admin", "/admin//", "/admin.", "/admin..", "/%2561dmin", "/%25%36%31dmin",
            "/%252561dmin", "/admin%2f", "/admin%2F", "/admin%2fusers", "/%2fadmin", "/%5cadmin",
            "/%252fadmin", "/%255Cadmin", "/admin%255Cusers", "/admin%20", "/%20admin", "/admin;x",
            "/admin;", "/admin%3bx", "/admin;x/users", "/admin%23", "/admin%3f", "/admin%3Fx",
            "/admin%253fx", "/...//admin", "//;//admin", "/ADMIN;x", "/%2f%2fADMIN.json;v=1",
            "http://api.example.com//admin", "/.//admin", "/admin%2520",
            // What libraries for URLs take for a host, with its user and port, and the path behind it
            "//h/admin", "///h/admin/users", "////h/admin", "//h;/admin", "//u:p@h:1/admin",
            "//[::1]/admin", "//H%2fadmin", "//h/ADMIN", "//h//admin", "/%2fh/admin", "/%5ch/admin",
            "http://api.example.com//h/admin",
            // Forms of slashes, dots and spaces that normalising and best-fitting services read as these
            "/%EF%BC%8Fadmin", "/admin%EF%BC%8Fusers", "/admin%EF%BC%8F", "/%EF%BC%BCadmin",
            "/admin%E2%88%95users", "/admin%E2%81%84x", "/admin%E2%88%96x", "/%C2%A5admin",
            "/admin%E2%82%A9x",
            "/admin%C2%A0", "/%C2%A0admin", "/admin%E3%80%80", "/admin%E2%80%83",
            "/%E2%80%A4/admin",
            "/admin%EF%BC%8E", "/admin%EF%BC%9Bx", "/admin%CD%BEx", "/admin%EF%BC%9F",
            "/admin%EF%BC%83",
            "/%EF%BC%8561dmin", "/%EF%BC%8F%EF%BD%81dmin", "/admin%EF%B8%99",
            "/admin%25EF%25BC%258F",
            "/admin%EF%BC%8Ejson",
        ]
        let malformed = [
            "/x/../admin", "/x/..;/admin", "/\\admin", "/x/..\\admin", "/admin%09", "/admin%00",
            "/x/%2e%2e/admin", "/x/%2E%2E/admin", "/x/.%2e/admin", "/x/%252e%252e/admin",
            "/x/%25252e%25252e/admin", "/%c0%ae%c0%ae/admin", "/x/..%5cadmin", "/x/..%2fadmin",
            "/x%2f..%2fadmin", "/.%00/admin", "/x/..%00/admin", "/admin/..", "/x/..%20/admin",
            "/admin%0d%0a", "/admin%0a", "/admin%7f", "/%e0%80%afadmin", "/%c1%a1dmin",
            "/%u0061dmin", "/%6", "/admin%", "/%%61dmin", "/admin%c2%85", "/*/..%3b/admin",
            "/x/%2500/admin", "/admin;x%2f..", "http://api.example.com/x/../admin",
            "/%" + String(repeating: "25", count: 40) + "61dmin",
            "/a;b//c%2f%5c%2561.%20/%3f",
            "/x/%EF%BC%8E%EF%BC%8E/admin", "/x/%E2%80%A4%E2%80%A4/admin", "/x/%E2%80%A5/admin",
            "/x/.%EF%BC%8E/admin", "/x%EF%BC%8F..%EF%BC%8Fadmin", "/x/..%EF%BC%8Fadmin",
            "/x/..%C2%A5admin", "/x/..%C2%A0/admin", "/x/%EF%B8%B0/admin", "/x/..%EF%BC%9B/admin",
        ]
        let targets = [
            "\\admin", "/admin#", "/admin#x",
        ]
        try await AttackTable.perform(
            (byRule + alike + otherwise).map {
                .denied($0.debugDescription, get($0), 403, "rule_denied")
            }
                + malformed.map { .refused($0, get($0), "malformed_path") }
                + targets.map { .refused($0.debugDescription, get($0), "malformed_target") }
                + [
                    .denied(
                        "trailing dot in the host",
                        get("/admin").replacing("api.example.com", with: "api.example.com."),
                        403, "rule_denied"),
                    .refused(
                        "raw tab", get("/admin\t"), "malformed_target"),
                    .refused("raw space", get("/admin "), "malformed_request_line"),
                ], try settings())
    }

    @Test("The path is the request line's, whatever fields say")
    func fields() async throws {
        try await AttackTable.perform(
            [
                "X-Original-URL", "X-Rewrite-URL", "X-Original-Uri", "X-Forwarded-Uri",
                "X-Forwarded-Prefix", "X-Envoy-Original-Path", "X-Forwarded-Path",
            ].map { name in
                .passed(name, get("/public", "\(name): /admin\r\n")) {
                    $0.startLine == "GET /public HTTP/1.1" && $0.values(name).isEmpty
                }
            }, try settings())
    }

    @Test("No method leads around a rule that names none")
    func methods() async throws {
        let methods = [
            "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PURGE", "BREW", "X",
            "M-SEARCH",
        ]
        try await AttackTable.perform(
            methods.map {
                .denied($0, Attack.request("\($0) /admin HTTP/1.1"), 403, "rule_denied")
            } + [
                .denied(
                    "GET with a body",
                    Attack.request("GET /admin HTTP/1.1", "Content-Length: 5\r\n", "hello"), 403,
                    "rule_denied"),
                .denied(
                    "override by what is allowed",
                    Attack.request("POST /admin HTTP/1.1", "X-Method-Override: GET\r\n"),
                    403, "rule_denied"),
                .denied(
                    "override",
                    Attack.request("GET /admin HTTP/1.1", "X-HTTP-Method-Override: POST\r\n"),
                    403, "rule_denied"),
                .refused(
                    "lower case", Attack.request("get /admin HTTP/1.1"), "malformed_request_line"),
                .refused(
                    "TRACE", Attack.request("TRACE /admin HTTP/1.1"), 405, "method_not_supported"),
                .refused(
                    "CONNECT", Attack.request("CONNECT /admin HTTP/1.1"), 405,
                    "method_not_supported"),
            ], try settings())
    }

    @Test("HEAD is governed by the rules of GET")
    func head() async throws {
        var settings = try settings()
        settings.rules?[0].conditions.methods = [.get]
        settings.rules?[1].conditions.methods = [.get]
        try await withProxy(settings) { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        } _: { proxy in
            let client = try await proxy.connect()
            for (path, status) in [("/admin", 403), ("/public", 200), ("/Admin", 403)] {
                try await client.send(
                    proxy.get(path).replacing("GET ", with: "HEAD "))
                #expect(try await client.response(toHead: true).status == status)
            }
            #expect(proxy.upstream.requestCount == 1)
        }
    }

    @Test("What is allowed arrives in the form that was decided on")
    func canonical() async throws {
        try await AttackTable.perform(
            [
                ("/%70ublic", "/public"), ("/public%21", "/public%21"), ("/a%c3%a4", "/a%C3%A4"),
                ("/public?a=1&a=2", "/public?a=1&a=2"), ("/public?a=1;a=2", "/public?a=1;a=2"),
                ("/public?a[]=1&a[0]=2", "/public?a[]=1&a[0]=2"),
                ("/public?%61dmin=1&%2e%2e%2f", "/public?%61dmin=1&%2e%2e%2f"),
                ("/public?x=/admin", "/public?x=/admin"), ("/public??", "/public??"),
                ("/public?x=%0d%0aX:%20y", "/public?x=%0d%0aX:%20y"),
                ("http://api.example.com", "/"), ("http://api.example.com?x", "/?x"),
                ("/adminstration", "/adminstration"), ("/x/admin", "/x/admin"),
                // What the rules allow under every reading passes as it came.
                ("//public", "//public"), ("/x//admin", "/x//admin"), ("/a;b=c/d", "/a;b=c/d"),
                ("/x%2fadmin", "/x%2Fadmin"), ("/x/release%252F1", "/x/release%252F1"),
                ("/web/https://a.example/", "/web/https://a.example/"), ("/c%23", "/c%23"),
                ("/Who%3f", "/Who%3F"), ("/my%20file%20", "/my%20file%20"), ("/a%5Cb", "/a%5Cb"),
                ("/[slug]|^", "/%5Bslug%5D%7C%5E"), ("/caf\u{E9}", "/caf%E9"), ("/x/./y", "/x/y"),
                ("/s?re=\\d+", "/s?re=\\d+"), ("/x/.../y", "/x/.../y"), ("/100%25", "/100%25"),
            ].map { sent, seen in
                .passed(sent, get(sent)) { $0.startLine == "GET \(seen) HTTP/1.1" }
            }, try settings())
    }
}
