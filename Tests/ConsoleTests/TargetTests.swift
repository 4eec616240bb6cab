// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("What is asked of the console in strange ways")
struct TargetTests {
    /// Each of them is another spelling of something that is there, or leads out of it.
    private static let targets = [
        "//healthz", "/healthz/", "/healthz?", "/healthz?x=1", "/healthz#x", "/./healthz",
        "/x/../healthz", "/%68ealthz", "/healthz%00", "/healthz%2f", "/HEALTHZ", "/healthz;x",
        "healthz", "/tlog//checkpoint", "/tlog/checkpoint/", "/tlog/%63heckpoint",
        "/tlog/tile/..%2f..%2fcheckpoint", "/tlog/../healthz", "/tlog/tile//0/000.p/2",
        "/tlog/tile/0/000.p/2/", "/tlog/tile/0/%30%30%30.p/2", "/tlog/tile/0/000.p%2f2",
        "/tlog/tile/0/000.p/02", "/tlog/tile/0/x000/000.p/2", "/tlog/tile", "/tlog/tile/",
        "/tlog", "/tlog/", "//", "/..", "/.", "*", "/tlog/tile/0/000.p/2\\..", "/healthz\u{e9}",
        "/tlog/tile/entries/000.p/2?x",
    ]

    @Test("One spelling of each name is served, and no other")
    func spellings() async throws {
        try await RunningConsole.with { port, log in
            for target in Self.targets {
                let (head, body) = await RunningConsole.get(port, target)
                let isRefused = head.hasPrefix("http/1.1 404") || head.hasPrefix("http/1.1 400")
                #expect(isRefused, "\(target): \(head.prefix(12))")
                #expect(!body.contains(log.checkpoint) && !body.contains("ok\n"), "\(target)")
            }
            // The server takes an absolute target for its path, before we see it; `Host` decides all the same.
            for host in ["localhost", "evil.example"] {
                for target in ["http://localhost/healthz", "http://evil.example/healthz"] {
                    let head = await RunningConsole.get(port, target, host: host).head
                    #expect(head.hasPrefix("http/1.1 200") == (host == "localhost"))
                }
            }
            // As long as fields may be, and then a little longer.
            for (length, statuses) in [(1000, ["404"]), (1100, ["414"]), (20_000, ["", "400"])] {
                let target = "/" + String(repeating: "x", count: length)
                let head = await RunningConsole.get(port, target).head
                #expect(statuses.contains(String(head.dropFirst(9).prefix(3))), "\(length)")
            }
            #expect(await RunningConsole.get(port, "/healthz").body == "ok\n")
        }
    }

    @Test("Errors are pages of RFC 9457 and reflect nothing")
    func pages() async throws {
        try await RunningConsole.with { port, _ in
            let (head, body) = await RunningConsole.get(port, "/reflected")
            #expect(head.contains("content-type: application/problem+json"))
            #expect(head.contains("cache-control: no-store"))
            #expect(
                body == #"{"code":"not_found","detail":"There is nothing of this name.","#
                    + #""status":404,"#
                    + #""title":"Not Found","type":"about:blank"}"#)
            for method in ["HEAD", "POST", "PROPFIND"] {
                let answer = await RunningConsole.get(port, "/reflected", method: method)
                #expect(answer.head.contains("x-content-type-options: nosniff"), "\(method)")
                #expect(answer.body.isEmpty == (method == "HEAD"), "\(method)")
            }
        }
    }

    @Test("Hosts are asked for before anything else, and there is one")
    func hosts() async throws {
        try await RunningConsole.with { port, _ in
            for (request, status) in [
                ("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "421"),
                ("GET /healthz HTTP/1.0\r\n\r\n", "421"),
                ("GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n", "200"),
                ("GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "421"),
                (
                    "GET /x HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n",
                    "400"
                ),
                (
                    "GET /x HTTP/1.1\r\nHost: evil\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                    "400"
                ),
                ("POST /x HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n", "421"),
            ] {
                let request =
                    request.contains("lose\r\n")
                    ? request : request.replacing("1.0\r\n", with: "1.0\r\nConnection: close\r\n")
                let head = await RunningConsole.send(port, request).head
                #expect(head.dropFirst(9).prefix(3) == status, "\(request)")
            }
        }
    }

    @Test("Methods that no endpoint has are answered with those it has")
    func methods() async throws {
        try await RunningConsole.with { port, _ in
            for method in ["PUT", "TRACE", "PROPFIND", "PURGE"] {
                for path in ["/healthz", "/tlog/tile/0/000.p/2", "/nothing", "//"] {
                    let head = await RunningConsole.get(port, path, method: method).head
                    #expect(head.hasPrefix("http/1.1 405"), "\(method) \(path)")
                    // What is nowhere is answered with what there is anywhere.
                    let allowed = path == "/nothing" ? "get, head, post" : "get, head"
                    #expect(head.contains("allow: \(allowed)\r\n"), "\(method) \(path)")
                }
            }
            // The server's codec knows no such methods.
            for method in ["BREW", "get"] {
                let head = await RunningConsole.get(port, "/healthz", method: method).head
                #expect(head.hasPrefix("http/1.1 400"), "\(method)")
            }
            let connect = await RunningConsole.get(port, "localhost:80", method: "CONNECT").head
            #expect(!connect.hasPrefix("http/1.1 200"))
        }
    }

    @Test("Many fields end the connection, and a body is not read for ever")
    func floods() async throws {
        try await RunningConsole.with { port, _ in
            let fields = (0..<100).map { "X-\($0): x\r\n" }.joined()
            let many = await RunningConsole.get(port, "/healthz", fields: fields)
            #expect(!many.head.hasPrefix("http/1.1 200"))
            let body = String(repeating: "x", count: 1 << 20)
            let long = await RunningConsole.send(
                port,
                "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(100 << 20)\r\n\r\n"
                    + body)
            #expect(!long.head.hasPrefix("http/1.1 200"))
            #expect(await RunningConsole.get(port, "/healthz").body == "ok\n")
        }
    }

    @Test("Metrics come in the form that is asked for")
    func forms() async throws {
        try await RunningConsole.with { port, _ in
            for (accept, isOpen) in [
                ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1", true),
                ("text/plain", false), ("*/*", false), ("application/openmetrics-text; q=0", false),
                (String(repeating: ",", count: 4000), false),
            ] {
                let answer = await RunningConsole.get(
                    port, "/metrics", fields: "Accept: \(accept)\r\n")
                let type = isOpen ? "application/openmetrics-text; version=1.0.0" : "version=0.0.4"
                #expect(answer.head.contains(type), "\(accept)")
                #expect(answer.body.hasSuffix("# EOF\n") == isOpen)
                #expect(answer.head.contains("vary: accept"))
            }
        }
    }
}
