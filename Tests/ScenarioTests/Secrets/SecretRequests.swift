// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Requests with a secret in every place where one can stand, well-formed and not.
struct SecretRequests {
    private(set) var texts: [String] = []
    var canaries: Canaries
    private let key: String

    init(_ canaries: Canaries, key: String) {
        self.canaries = canaries
        self.key = key
        fields()
        malformed()
        queries()
        bodies()
    }

    private mutating func secret(_ place: String) -> String { canaries.plant(place) }

    private mutating func add(
        _ line: String, _ fields: String = "", _ body: String = "", withKey: Bool = true
    ) {
        let known = withKey ? "X-Api-Key: \(key)\r\n" : ""
        texts.append("\(line)\r\nHost: localhost\r\n\(known)\(fields)\r\n\(body)")
    }

    private mutating func fields() {
        let values: [(String, (String) -> String)] = [
            ("Authorization", { "Bearer \($0)" }), ("Authorization", { "Basic \($0)" }),
            ("Authorization", { "Digest username=\"a\", response=\"\($0)\"" }),
            ("Authorization", { "Bearer eyJhbGciOiJub25lIn0.\($0).\($0)" }),
            ("Authorization", { "Bearer csk_\($0)" }), ("Authorization", { "Bearer \($0), \($0)" }),
            ("Authorization", { $0 }), ("Authorization", { "DPoP \($0)" }),
            ("Proxy-Authorization", { "Bearer \($0)" }), ("Cookie", { "session=\($0); a=b" }),
            ("Cookie", { $0 }), ("X-Api-Key", { $0 }), ("X-Api-Key", { "csk_abcdefgh_\($0)" }),
            ("X-Api-Key", { "\($0),\($0)" }), ("DPoP", { $0 }), ("X-Auth-Token", { $0 }),
            ("X-Amz-Security-Token", { $0 }), ("Referer", { "https://a/?token=\($0)" }),
            ("X-Forwarded-For", { $0 }), ("X-Original-URL", { "/?token=\($0)" }),
            ("traceparent", { "00-\($0)-1-01" }), ("Expect", { $0 }), ("Upgrade", { $0 }),
            ("TE", { $0 }), ("Connection", { $0 }), ("Content-Type", { "a/b; boundary=\($0)" }),
        ]
        for (name, value) in values {
            for withKey in [false, true] {
                let field = "\(name): \(value(secret("\(name), key: \(withKey)")))\r\n"
                add("GET /invoices/1 HTTP/1.1", field, withKey: withKey)
            }
            let field = "\(name): \(value(secret("\(name), twice")))\r\n"
            add("GET /invoices/1 HTTP/1.1", field + field)
        }
    }

    private mutating func malformed() {
        let forms: [(String) -> String] = [
            { "Authorization Bearer \($0)" }, { "Authorization : Bearer \($0)" },
            { " Authorization: Bearer \($0)" }, { "Authorization: Bearer \($0)\u{1}" },
            { "Cookie: a=\($0)\u{E9}" }, { "Cookie: a\r\n \($0)" }, { "Cookie: \($0)\nX: y" },
            { "Cookie: \($0)\u{0}" }, { "X_Api_Key: \($0)" }, { "Host: \($0)" },
            { "Content-Length: \($0)" }, { "Transfer-Encoding: \($0)" }, { "\($0): x" }, { $0 },
            { "Cookie: \($0)" + String(repeating: "x", count: 70_000) },
        ]
        for (number, form) in forms.enumerated() {
            add("GET /invoices/1 HTTP/1.1", form(secret("malformed field \(number)")) + "\r\n")
        }
        let lines: [(String) -> String] = [
            { "GET  /invoices/1?token=\($0) HTTP/1.1" },
            { "GET /invoices/1?token=\($0)\\ HTTP/1.1" },
            { "GET /invoices/1?token=\($0)#x HTTP/1.1" },
            { "GET /invoices/1#access_token=\($0) HTTP/1.1" },
            { "GET http://user:\($0)@localhost/invoices/1 HTTP/1.1" },
            { "GET //user:\($0)@localhost/invoices/1 HTTP/1.1" },
            { "CONNECT a:\($0)@localhost:1 HTTP/1.1" },
            { "GET /invoices/1?token=\($0) HTTP/9.9" }, { "GET /invoices/1?token=\($0)" },
            { "GET /invoices/1?token=\($0)" + String(repeating: "x", count: 9_000) + " HTTP/1.1" },
        ]
        for (number, line) in lines.enumerated() {
            add(line(secret("malformed line \(number)")))
        }
        let host = secret("Host with user")
        texts.append("GET /invoices/1 HTTP/1.1\r\nHost: user:\(host)@localhost\r\n\r\n")
    }

    private mutating func queries() {
        for name in [
            "token", "access_token", "code", "password", "secret", "key", "sig", "signature",
            "session", "accessToken", "API-KEY", "%74oken", "X-Amz-Signature", "user[password]",
        ] {
            let allowed = secret("query \(name)")
            add("GET /invoices/1?page=2&\(name)=\(allowed)&z=%20 HTTP/1.1")
            let encoded = secret("query \(name), encoded").utf8.map { "%" + hex($0) }.joined()
            add("GET /invoices/1?\(name)=\(encoded) HTTP/1.1")
            add(
                "GET /invoices/1?\(name)=\(secret("query \(name), anonymous")) HTTP/1.1",
                withKey: false)
            add("GET /elsewhere?\(name)=\(secret("query \(name), no route")) HTTP/1.1")
            add("DELETE /invoices/1?\(name)=\(secret("query \(name), not allowed")) HTTP/1.1")
            let inner = secret("query \(name), in another")
            add("GET /invoices/1?to=https%3A%2F%2Fa%2F%3F\(name)%3D\(inner) HTTP/1.1")
        }
    }

    private func hex(_ byte: UInt8) -> String { String(byte, radix: 16) }

    private mutating func bodies() {
        for withKey in [true, false] {
            let text = "{\"password\":\"\(secret("body, key: \(withKey)"))\"}"
            add(
                "POST /invoices HTTP/1.1", "Content-Length: \(text.utf8.count)\r\n", text,
                withKey: withKey)
        }
        let chunk = secret("chunk")
        let chunks = [
            "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n0\r\n\r\n",
            "1;token=\(secret("chunk extension"))\r\nx\r\n0\r\n\r\n",
            "1\r\nx\r\n0\r\nAuthorization: Bearer \(secret("trailer"))\r\n\r\n",
            "\(secret("chunk size"))\r\n", "1\r\nx\(secret("behind a chunk"))\r\n",
        ]
        for body in chunks {
            add("POST /invoices HTTP/1.1", "Transfer-Encoding: chunked\r\n", body)
        }
    }
}
