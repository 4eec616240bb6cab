// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import HTTPWire
import Policy
import Testing

@Suite("Requests that are forwarded")
struct ForwardingTests {
    @Test("An allowed GET is answered by the service, and its record is durable")
    func get() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/7?full=1", "User-Agent: test\r\n"))
            let response = try await client.response()
            #expect(response.status == 200)
            #expect(response.body == "hello")
            let uid = try #require(response.value("Countersign-Record"))
            #expect(response.value("Date") != nil)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.startLine == "GET /v1/invoices/7?full=1 HTTP/1.1")
            #expect(request.values("Host") == ["api.example.com"])
            #expect(request.values("Countersign-Record") == [uid])
            #expect(request.values("X-Forwarded-For") == ["127.0.0.1"])
            #expect(request.values("X-Forwarded-Proto") == ["http"])
            #expect(request.values("X-Forwarded-Host") == ["api.example.com"])
            #expect(request.values("Countersign-Roles") == ["reader,writer"])
            #expect(request.values("Countersign-Issuer") == ["machines"])
            #expect(request.value("Countersign-Subject")?.hasPrefix("sub_") == true)
            #expect(request.value("traceparent")?.count == 55)
            let records = try await proxy.closedRecords(of: uid)
            #expect(records.map(\.stage) == [.complete])
        }
    }

    @Test("Forged identity, origin and hop-by-hop fields never reach the service")
    func strips() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.get(
                    "/v1/invoices/1",
                    """
                    Countersign-Subject: root\r
                    countersign-roles: admin\r
                    Countersign-Extra: 1\r
                    X-Forwarded-For: 10.0.0.1\r
                    X-Forwarded-Proto: https\r
                    X-Real-IP: 10.0.0.1\r
                    X-Remote-User: root\r
                    Forwarded: for=10.0.0.1\r
                    Connection: keep-alive, X-Secret\r
                    X-Secret: 1\r
                    Keep-Alive: 5\r
                    TE: trailers\r
                    Upgrade: h2c\r
                    Proxy-Authorization: Basic eA==\r
                    X-Passes: yes\r

                    """))
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.values("X-Passes") == ["yes"])
            #expect(request.values("X-Forwarded-For") == ["127.0.0.1"])
            #expect(request.values("X-Forwarded-Proto") == ["http"])
            #expect(request.values("Countersign-Roles") == ["reader,writer"])
            #expect(request.values("Countersign-Subject") != ["root"])
            for name in [
                "Countersign-Extra", "X-Real-IP", "X-Remote-User", "Forwarded", "Connection",
                "X-Secret", "Keep-Alive", "TE", "Upgrade", "Proxy-Authorization",
            ] {
                #expect(request.values(name).isEmpty, "\(name)")
            }
        }
    }

    @Test("A trace is continued under a span of ours, a malformed one is not")
    func traces() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            for (sent, continues) in [
                ("00-\(trace)-00f067aa0ba902b7-01", true),
                ("00-\(trace.uppercased())-00f067aa0ba902b7-01", false),
                ("01-\(trace)-00f067aa0ba902b7-01", false),
                ("00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", false),
            ] {
                try await client.send(
                    proxy.get("/v1/invoices/1", "traceparent: \(sent)\r\ntracestate: a=b\r\n"))
                #expect(try await client.response().status == 200)
                let request = try #require(
                    try await proxy.upstream.requests(proxy.upstream.requestCount).last)
                let forwarded = try #require(request.value("traceparent"))
                #expect(request.values("traceparent").count == 1)
                #expect(forwarded.contains(trace) == continues, "\(sent)")
                if !continues {
                    // The ids of a new trace are those of the record, which need not name them.
                    let uid = try #require(request.value("Countersign-Record"))
                        .filter { $0 != "-" }
                    #expect(forwarded == "00-\(uid)-\(uid.suffix(16))-01")
                }
                #expect(!forwarded.contains("00f067aa0ba902b7"))
                #expect(request.values("tracestate") == (continues ? ["a=b"] : []))
            }
        }
    }

    @Test("The service sees its own host where the configuration says so")
    func ownHost() async throws {
        var settings = ProxySettings()
        settings.hostField = .own
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.values("Host") == ["127.0.0.1:\(proxy.upstream.port)"])
            #expect(request.values("X-Forwarded-Host") == ["api.example.com"])
        }
    }

    @Test("A body with Content-Length reaches the service as it is, after a `started` record")
    func postWithLength() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.post("Content-Length: 11\r\n", "hello world"))
            let response = try await client.response()
            #expect(response.status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.body == "hello world")
            #expect(request.values("Content-Length") == ["11"])
            #expect(request.values("Transfer-Encoding").isEmpty)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.stage) == [.started, .complete])
        }
    }

    @Test("A chunked body is chunked anew, and its trailers are dropped")
    func postChunked() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.post(
                    "Transfer-Encoding: chunked\r\n",
                    "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nHost: evil\r\n\r\n"))
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.body == "hello world")
            #expect(request.values("Transfer-Encoding") == ["chunked"])
            #expect(request.values("Content-Length").isEmpty)
            #expect(request.values("Host") == ["api.example.com"])
        }
    }

    @Test("A body that comes byte by byte is forwarded whole", arguments: [true, false])
    func slowBody(chunked: Bool) async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            let request =
                chunked
                ? proxy.post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")
                : proxy.post("Content-Length: 5\r\n", "hello")
            for byte in request { try await client.send(String(byte)) }
            #expect(try await client.response().status == 200)
            #expect(try await proxy.upstream.requests(1)[0].body == "hello")
        }
    }

    @Test("A large body goes through with the service reading slowly", arguments: [true, false])
    func largeBody(chunked: Bool) async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            let size = 3 << 20
            let body = String(repeating: "x", count: size)
            client.begin(
                chunked
                    ? proxy.post(
                        "Transfer-Encoding: chunked\r\n",
                        "\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
                    : proxy.post("Content-Length: \(size)\r\n", body))
            #expect(try await client.response().status == 200)
            #expect(try await proxy.upstream.requests(1)[0].body.utf8.count == size)
        }
    }

    @Test("Pipelined requests are answered in order, one at a time")
    func pipelining() async throws {
        try await withProxy { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(
                (1...20).map { proxy.get("/v1/invoices/\($0)") }.joined()
                    + proxy.post("Content-Length: 2\r\n", "ab") + proxy.get("/v1/invoices/21"))
            for number in 1...20 {
                #expect(
                    try await client.response().body == "GET /v1/invoices/\(number) HTTP/1.1")
            }
            #expect(try await client.response().body == "POST /v1/invoices HTTP/1.1")
            #expect(try await client.response().body == "GET /v1/invoices/21 HTTP/1.1")
            #expect(proxy.upstream.connectionCount == 1)
        }
    }

    @Test("One connection to the service serves request after request")
    func reuse() async throws {
        try await withProxy { proxy in
            for _ in 1...3 {
                let client = try await proxy.connect()
                for _ in 1...3 {
                    try await client.send(proxy.get())
                    #expect(try await client.response().status == 200)
                }
                try await client.close()
            }
            #expect(proxy.upstream.connectionCount == 1)
            #expect(proxy.plane.status.upstreamConnects == 1)
            #expect(proxy.plane.status.upstreamReuses == 8)
            #expect(proxy.plane.status.requests == 9)
        }
    }

    @Test("A client that waits to be asked for its body is asked once the request is forwarded")
    func expectContinue() async throws {
        try await withProxy { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.post("Content-Length: 5\r\nExpect: 100-continue\r\n", ""))
            let interim = try await client.response()
            #expect(interim.startLine == "HTTP/1.1 100 Continue")
            try await client.send("hello")
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(request.body == "hello")
            #expect(request.values("Expect").isEmpty)
        }
    }

    @Test("Without TLS trust in between, a trusted proxy names the client")
    func trustedProxy() async throws {
        var settings = ProxySettings()
        settings.trustedProxies = [try .init("127.0.0.0/8"), try .init("10.0.0.0/8")]
        try await withProxy(settings) { proxy in
            let client = try await proxy.connect()
            try await client.send(
                proxy.get(
                    "/v1/invoices/1",
                    "X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.1.1.1\r\nX-Forwarded-Proto: https\r\n"
                ))
            #expect(try await client.response().status == 200)
            let request = try await proxy.upstream.requests(1)[0]
            #expect(
                request.values("X-Forwarded-For")
                    == ["1.1.1.1, 203.0.113.9, 10.1.1.1, 127.0.0.1"])
            #expect(request.values("X-Forwarded-Proto") == ["https"])
        }
    }
}
