// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

@Suite struct `A returned response` {
    private func returned(
        _ text: String, to method: Method = .get, client: HTTPVersion = .http11,
        connection: ConnectionNote = .implied, adding pairs: [(String, String)] = []
    ) throws -> String {
        let head = try response(text, to: method)
        var output: [UInt8] = []
        head.append(
            toClient: &output, framing: head.framing(for: client), connection: connection,
            adding: try added(pairs))
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `is written anew without what is not the service's to say`() throws {
        let text = """
            HTTP/1.0 200 Fine\r
            Server:s\r
            Connection: keep-alive, x-hop\r
            Keep-Alive: timeout=5\r
            X-Hop: 1\r
            Set-Cookie: a=b\r
            Set-Cookie: c=d\r
            Countersign-Record: forged\r
            Countersign-Other: forged\r
            Audit-ID: forged\r
            Content-Length:  5\r
            Proxy-Authenticate: x\r
            Trailer: X\r
            Upgrade: h2c\r
            Date: today\r
            \r

            """
        #expect(
            try returned(text, adding: [("Countersign-Record", "r")]) == """
                HTTP/1.1 200 Fine\r
                Server: s\r
                Set-Cookie: a=b\r
                Set-Cookie: c=d\r
                Date: today\r
                Content-Length: 5\r
                Countersign-Record: r\r
                \r

                """)
    }

    @Test func `is framed for its client`() throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let open = "HTTP/1.1 200 OK\r\n\r\n"
        for text in [chunked, open] {
            #expect(
                try returned(text) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(
                try returned(text, client: .http10, connection: .close)
                    == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        }
        #expect(
            try returned(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", client: .http10,
                connection: .keepAlive)
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")
        #expect(
            try returned("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n", to: .head)
                == "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n")
        #expect(
            try returned("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: .head)
                == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(
            try returned("HTTP/1.1 304 x\r\nETag: y\r\n\r\n", connection: .close)
                == "HTTP/1.1 304 x\r\nETag: y\r\nConnection: close\r\n\r\n")
        #expect(
            try returned("HTTP/1.1 204\r\nContent-Length: 2\r\n\r\n") == "HTTP/1.1 204 \r\n\r\n")
    }

    @Test func `of our own has the phrase of its status`() {
        for status in [
            200, 400, 401, 403, 404, 405, 408, 413, 414, 417, 421, 429, 431, 501, 502, 503, 504,
            505,
        ] as [UInt16] {
            #expect(!ResponseWriter.phrase(status).description.isEmpty)
        }
        #expect(ResponseWriter.phrase(299).description.isEmpty)
    }
}
