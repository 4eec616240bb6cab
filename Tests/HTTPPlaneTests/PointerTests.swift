// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import NIOSSL
import Testing
import X509

/// Redirects and the like, which would lead a client to the service itself.
@Suite("Pointers to services")
struct PointerTests {
    /// A service that leads on to the invoice of its own that `name` says.
    private func redirect(_ name: String)
        -> @Sendable (RecordingUpstream.Request) -> RecordingUpstream.Reply
    {
        { request in
            guard request.message.startLine.contains("/1 ") else {
                return .bytes(ok(request.message.startLine))
            }
            let host = request.message.value("Host") ?? "none"
            let target = name.replacing("HOST", with: host)
            return .bytes(
                "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
        }
    }

    @Test(
        "A client that follows a redirect of the service to itself is decided on and recorded again",
        arguments: [
            HostField.preserved, .own, .literal("app.example.com"),
            .literal("app.example.com:8443"),
        ])
    func followed(host: HostField) async throws {
        var settings = ProxySettings()
        settings.hostField = host
        try await withProxy(settings, redirect("http://HOST/v1/invoices/2")) { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/1"))
            let location = try await client.response().values("Location")
            #expect(location == ["http://api.example.com/v1/invoices/2"])
            let told = try await proxy.upstream.requests(1)[0].values("Host")
            switch host {
            case .preserved: #expect(told == ["api.example.com"])
            case .own: #expect(told == ["127.0.0.1:\(proxy.upstream.port)"])
            case .literal(let text): #expect(told == [text])
            }
            try await client.send(proxy.get("/v1/invoices/2"))
            let second = try await client.response()
            #expect(second.body == "GET /v1/invoices/2 HTTP/1.1")
            #expect(
                try await proxy.closedRecords(of: second.value("Countersign-Record")).count == 1)
        }
    }

    @Test("The service's own port is left out, and what names somebody else is not touched")
    func ports() async throws {
        try await withProxy { request in
            let port = request.message.startLine.split(separator: " ")[1].split(separator: "/")[2]
            return .bytes(
                "HTTP/1.1 201 Created\r\nLocation: http://api.example.com:\(port)/a\r\n"
                    + "Content-Location: //127.0.0.1:\(port)/b\r\n"
                    + "Refresh: 1; url=http://localhost:\(port)/c\r\n"
                    + "Link: <http://127.0.0.1:\(port)/d>\r\nContent-Length: 0\r\n\r\n")
        } _: { proxy in
            let port = proxy.upstream.port
            let client = try await proxy.connect()
            try await client.send(proxy.get("/v1/invoices/\(port)"))
            let own = try await client.response()
            #expect(own.values("Location") == ["http://api.example.com/a"])
            #expect(own.values("Content-Location") == ["//api.example.com/b"])
            #expect(own.values("Refresh") == ["1; url=http://api.example.com/c"])
            #expect(own.values("Link") == ["<http://127.0.0.1:\(port)/d>"])
            try await client.send(proxy.get("/v1/invoices/1"))
            let other = try await client.response()
            #expect(other.values("Location") == ["http://api.example.com:1/a"])
            #expect(other.values("Content-Location") == ["//127.0.0.1:1/b"])
        }
    }

    @Test("A client that speaks https is not led back to http")
    func secure() async throws {
        let authority = try TestAuthority()
        let front = try authority.issue([.dnsName("api.example.com")], usage: .serverAuth)
        var settings = ProxySettings()
        settings.tls = ListenerTLS(
            certificateChain: front.certificate, privateKey: front.key, minimumVersion: .tls12,
            clientAuthentication: .none)
        try await withProxy(settings, redirect("http://HOST/v1/invoices/2")) { proxy in
            let client = try await RawClient.connect(
                proxy.port,
                tls: try TestTLS.clientConfiguration(trusting: authority.pem, identity: nil),
                serverName: "api.example.com")
            try await client.send(proxy.get("/v1/invoices/1"))
            #expect(
                try await client.response().values("Location")
                    == ["https://api.example.com/v1/invoices/2"])
        }
    }

    @Test("Alternative services, which nobody would record, are not announced")
    func alternatives() async throws {
        try await withProxy { _ in
            .bytes(ok("hello", "Alt-Svc: h3=\":443\"; ma=86400\r\n"))
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().values("Alt-Svc").isEmpty)
        }
    }
}
