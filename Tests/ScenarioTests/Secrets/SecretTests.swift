// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@Suite struct `Secrets that pass through` {
    /// What the service answers: its secrets are for the client alone.
    private func service(_ secret: String) throws -> InvoiceService {
        let fields = "Set-Cookie: session=\(secret)\r\nWWW-Authenticate: Bearer \(secret)\r\n"
        return try InvoiceService { head in
            if head.contains(" /invoices/malformed ") {
                return "HTTP/1.1 200 OK\r\n\(fields)Bad \(secret)\r\n\r\n"
            }
            if head.contains(" /invoices/status ") { return "HTTP/1.1 \(secret)\r\n\(fields)\r\n" }
            if head.contains(" /invoices/chunk ") {
                return "HTTP/1.1 200 OK\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n\(secret)\r\n"
            }
            return
                "HTTP/1.1 200 \(secret)\r\n\(fields)Content-Length: \(secret.utf8.count)\r\n\r\n\(secret)"
        }
    }

    @Test func `reach no file, no stream, no page and no refusal`() async throws {
        try await scenario {
            var canaries = Canaries()
            let service = try service(canaries.plant("the service's answer"))
            let site = try Site(
                rate: "rate: 100000/m, burst: 100000", roles: ["reader", "writer"], service: service
            )
            try site.trustProvider()
            var requests = SecretRequests(canaries, key: site.key)
            let tokens = try Self.tokens(&requests.canaries)
            canaries = requests.canaries
            #expect(canaries.places.count > 180)
            let server = try Server(
                in: site.folder, Site.configuration,
                launcher: ["/usr/bin/env", "COUNTERSIGN_LOG_LEVEL=trace"])
            var sources: [Canaries.Source] = []
            var records: [String] = []
            let paths = ["malformed", "status", "chunk", "path-is-kept"].map {
                site.request("GET /invoices/\($0)")
            }
            for request in requests.texts + tokens + paths {
                let shown = request.prefix(60).debugDescription
                guard let answer = try? server.exchange(request) else {
                    // An answer that was cut off: there is nothing of ours to look at.
                    continue
                }
                if let uid = answer.record { records.append(uid) }
                guard answer.status >= 400 else { continue }
                sources.append(
                    Canaries.Source("refusal of \(shown)", "\(answer.fields)" + answer.text))
            }
            #expect(records.count > requests.texts.count * 9 / 10, "\(records.count)")
            for page in ["/status", "/metrics", "/healthz", "/readyz", "/tlog/checkpoint"] {
                sources.append(Canaries.Source("the page \(page)", try server.admin(page).text))
            }
            sources += try Self.commands(site, records)
            let ending = try server.stop()
            #expect(ending.status == 0)
            sources.append(Canaries.Source("the server's streams", ending.text + ending.messages))
            sources += try site.folder.sources()
            let opened = try OpenedDisclosures.text(site.folder, "site/log")
            sources.append(Canaries.Source("what lies sealed", opened))
            var found = sources.flatMap { canaries.found(in: $0) }
            let key = Canaries(site.key, from: "Alice's key")
            found += sources.flatMap { key.found(in: $0) }
            let signing = Canaries(try site.signingKey(), from: "the log's key")
            found += sources.filter { $0.name != "the file site/log.key" }
                .flatMap { signing.found(in: $0) }
            #expect(found.isEmpty, "\(found.count): \(found.prefix(20).joined(separator: "\n"))")

            // What is searched is what there is: what may be kept is kept, sealed, and found when opened.
            let kept = String(decoding: opened, as: UTF8.self)
            #expect(kept.contains("/invoices/path-is-kept"))
            #expect(kept.contains("page=2&access_token=[redacted]&z=%20"))
            #expect(kept.contains("Alice of the token"))
            #expect(
                !(try site.folder.text("site/log/segments/00000000/entries")).contains(
                    "path-is-kept"))
            #expect(try site.folder.files(below: "site/log").count > 5)
            _ = try site.read("verify")
        }
    }

    /// Tokens that are believed, and one that has ended, with secrets in claims that name nobody.
    private static func tokens(_ canaries: inout Canaries) throws -> [String] {
        func request(_ token: String) -> String {
            "GET /invoices/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
        }
        var claims = Provider.claims.with("exp", "4102444800").with("nbf", nil)
            .with("iat", nil).with("name", "\"Alice of the token\"")
        for claim in ["jti", "nonce", "ssn", "phone_number", "address", "scope_secret"] {
            claims = claims.with(claim, "\"\(canaries.plant("claim \(claim)"))\"")
        }
        claims = claims.with("act", "{\"sub\":\"\(canaries.plant("claim act"))\"}")
        let header = Provider.header.with("x", "\"\(canaries.plant("token header"))\"").json
        return [
            request(try Provider.token(header: header, claims: claims.json)),
            request(try Provider.token(header: header, claims: claims.with("exp", "1").json)),
            request(try Provider.token(header: header, claims: claims.json) { _ in [] }),
        ]
    }

    /// What people look at.
    private static func commands(_ site: Site, _ records: [String]) throws -> [Canaries.Source] {
        var commands = [
            ["log", "tail", "-n", "1000"], ["log", "tail", "-n", "1000", "--json"], ["verify"],
            ["verify", "--json"], ["status"], ["status", "--json"], ["doctor"], ["check"],
            ["key", "list"], ["checkpoint", "show"], ["log", "export", "--out", "export"],
        ]
        for uid in records.suffix(2) {
            commands += [["log", "get", uid], ["log", "get", uid, "--json"]]
        }
        return try commands.map { try site.folder.source($0 + ["-c", Site.configuration]) }
    }

    @Test func `are found by the search in every form that they could have`() throws {
        var canaries = Canaries()
        let secret = canaries.plant("here")
        #expect(canaries.forms.count == 16)
        for (form, bytes) in canaries.forms {
            let source = Canaries.Source("text", Array("{\"a\":\"".utf8) + bytes + [0x22])
            #expect(!canaries.found(in: source).isEmpty, "\(form)")
        }
        let found = canaries.found(in: Canaries.Source("text", "a \(secret) b"))
        #expect(found.count == 1 && found[0].contains("planted at here"))
        #expect(canaries.found(in: Canaries.Source("text", "nothing")).isEmpty)
        #expect(Canaries().found(in: Canaries.Source("text", secret)).isEmpty)
    }
}
