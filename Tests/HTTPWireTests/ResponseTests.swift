// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

enum ResponseOutcome: Equatable {
    case incomplete
    case fault(ResponseFault)
    case head(String, BodyFraming, declared: UInt64?, keeps: Bool, length: Int)
}

private func outcome(
    _ bytes: [UInt8], _ delivery: Delivery, _ method: RequestMethod, _ limits: Limits
) -> (ResponseOutcome, ResponseHead?) {
    var parser = ResponseHeadParser(limits: limits)
    var taken = 0
    for piece in delivery.pieces(of: bytes) {
        do throws(ResponseFault) {
            switch try parser.consume(piece.span, answering: method) {
            case .incomplete: taken += piece.count
            case .complete(let head, let consumed):
                let text =
                    "\(head.version) \(head.status) \(head.string(of: head.reason))"
                    + head.fields.map {
                        "|" + head.string(of: $0.name) + "=" + head.string(of: $0.value)
                    }.joined()
                return (
                    .head(
                        text, head.framing, declared: head.declaredLength, keeps: head.keepsAlive,
                        length: taken + consumed), head
                )
            }
        } catch {
            return (.fault(error), nil)
        }
    }
    return (.incomplete, nil)
}

/// Parses a response in every way of delivery and requires that all agree.
@discardableResult
func response(
    _ text: String, to method: RequestMethod = .get, limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> ResponseHead {
    let bytes = latin1(text)
    let (expected, head) = outcome(bytes, .burst, method, limits)
    for delivery in Delivery.allCases {
        if delivery == .burstWithRest, expected == .incomplete { continue }
        let (got, _) = outcome(bytes, delivery, method, limits)
        #expect(got == expected, "\(delivery)", sourceLocation: sourceLocation)
    }
    switch expected {
    case .incomplete: throw Unfinished()
    case .fault(let fault): throw fault
    case .head: return try #require(head, sourceLocation: sourceLocation)
    }
}

func responseFault(
    _ text: String, to method: RequestMethod = .get, limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> ResponseFault.Kind? {
    do {
        try response(text, to: method, limits: limits, sourceLocation: sourceLocation)
        return nil
    } catch let fault as ResponseFault {
        return fault.kind
    }
}

@Suite struct `A response head` {
    @Test(
        arguments: [
            ("HTTP/1.1 200 OK", 200, "OK"), ("HTTP/1.1 204 ", 204, ""), ("HTTP/1.1 404", 404, ""),
            ("HTTP/1.0 599 a b\tc", 599, "a b\tc"), ("HTTP/1.1 200 \u{E9}t", 200, nil),
        ] as [(String, UInt16, String?)])
    func `starts with a status line`(_ line: String, _ status: UInt16, _ reason: String?) throws {
        let head = try response(line + "\r\nServer: x\r\n\r\n")
        #expect(head.status == status)
        if let reason { #expect(head.string(of: head.reason) == reason) }
        #expect(head.value(of: .server).map(head.string) == "x")
        #expect(head.has(.server) && !head.has(.date))
    }

    @Test(arguments: [
        "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 20x",
        "HTTP/1.1  200",
        "HTTP/1.1 099", "HTTP/1.1 600", "HTTP/1.1 999", "HTTP/1.1 000", "http/1.1 200 OK",
        "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200 \u{0}", "HTTP/1.1 200 a\rb",
        "HTTP/1.1 200 \u{1B}[0m", "HTTP/1.1 200 \u{7F}", " HTTP/1.1 200 OK", "ICY 200 OK",
        "<html><body>hello</body></html>", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP 200 OK",
    ])
    func `with another status line is refused`(_ line: String) throws {
        #expect(try responseFault(line + "\r\nServer: x\r\n\r\n") == .malformedStatusLine)
    }

    @Test(arguments: ["HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "HTTP/1.2 200 OK"])
    func `of another version is refused`(_ line: String) throws {
        #expect(try responseFault(line + "\r\n\r\n") == .unsupportedVersion)
    }

    @Test(arguments: [
        "X : 1", " X: 1", "X_A: 1", ": 1", "X", "X: \u{0}", "X: \u{7F}", "X: a\rb",
        "X: 1\r\n folded",
        "X: 1\nY: 2", "X: 1\n", "Transfer-Encoding : chunked", "Connection: a b",
        "Connection: content-length", "Connection: Set-Cookie", "\u{E9}: 1",
    ])
    func `with a malformed field is refused`(_ line: String) throws {
        #expect(
            try responseFault("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n") == .malformedHeader)
    }

    @Test func `may hold opaque bytes in values and passes them on`() throws {
        let head = try response(
            "HTTP/1.1 200 \u{E9}\r\nX: caf\u{E9} 0123456789\u{FF}\u{80}\r\nContent-Length: 0\r\n\r\n"
        )
        var output: [UInt8] = []
        head.append(
            toClient: &output, framing: .length(0), connection: .implied, adding: AddedFields())
        #expect(
            output
                == latin1(
                    "HTTP/1.1 200 \u{E9}\r\nX: caf\u{E9} 0123456789\u{FF}\u{80}\r\nContent-Length: 0\r\n\r\n"
                ))
    }

    @Test(
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", RequestMethod.get,
                BodyFraming.length(5), nil, true
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n", .get, .chunked, nil, true),
            ("HTTP/1.1 200 OK\r\n", .get, .untilClose, nil, false),
            (
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n", .get, .length(5),
                nil, false
            ),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", .get, .length(5), nil, false),
            (
                "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n", .get,
                .length(5), nil, true
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", .head, .none, 5, false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", .head, .none, 0, true),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", .head, .none, nil, false),
            ("HTTP/1.1 200 OK\r\n", .head, .none, nil, true),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", .get, .none, 5, false),
            ("HTTP/1.1 304 Not Modified\r\n", .get, .none, nil, true),
            ("HTTP/1.1 204 No Content\r\n", .get, .none, nil, true),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", .post, .none, nil, true),
            ("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", .post, .length(0), nil, true),
            (
                "HTTP/1.1 500 x\r\nContent-Length: 9007199254740992\r\n", .put, .length(1 << 53),
                nil, true
            ),
        ] as [(String, RequestMethod, BodyFraming, UInt64?, Bool)])
    func `says how its body ends`(
        _ text: String, _ method: RequestMethod, _ framing: BodyFraming, _ declared: UInt64?,
        _ keeps: Bool
    ) throws {
        let head = try response(text + "\r\n", to: method)
        #expect(head.framing == framing)
        #expect(head.declaredLength == declared)
        #expect(head.keepsAlive == keeps)
    }

    @Test(arguments: [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 5"], ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 5, 5"], ["Content-Length: 05"], ["Content-Length: -1"],
        ["Content-Length:"], ["Content-Length: 9007199254740993"], ["Transfer-Encoding:"],
        ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip"], ["Transfer-Encoding: ,chunked"],
    ])
    func `with ambiguous framing is refused`(_ lines: [String]) throws {
        let fields = lines.map { $0 + "\r\n" }.joined()
        for method in [RequestMethod.get, .head] {
            #expect(
                try responseFault("HTTP/1.1 200 OK\r\n\(fields)\r\n", to: method)
                    == .ambiguousFraming)
        }
    }

    @Test func `contradicting itself is refused`() throws {
        #expect(
            try responseFault("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n") == .ambiguousFraming)
        #expect(
            try responseFault("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n")
                == .ambiguousFraming)
        #expect(
            try responseFault("HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\n\r\n")
                == .ambiguousFraming)
        #expect(
            try responseFault("HTTP/1.1 200 x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
                == .unsupportedTransferCoding)
    }

    @Test func `ends its lines in CRLF`() throws {
        #expect(try responseFault("HTTP/1.1 200 OK\nX: 1\r\n\r\n") == .malformedStatusLine)
        #expect(try responseFault("HTTP/1.1 200 OK\r\nX: 1\r\n\n") == .malformedHeader)
        #expect(try responseFault("\r\nHTTP/1.1 200 OK\r\n\r\n") == .malformedStatusLine)
    }

    @Test func `may follow interim ones, which are passed over`() throws {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        let head = try response(interim + final)
        #expect(head.status == 200)
        #expect(head.fields.count == 1)
        #expect(head.bytes == latin1(final))
    }

    @Test func `may follow a bounded number of interim ones`() throws {
        let interim = "HTTP/1.1 102 Processing\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\n\r\n"
        #expect(try responseFault(String(repeating: interim, count: 8) + final) == nil)
        #expect(
            try responseFault(String(repeating: interim, count: 9) + final)
                == .tooManyInterimResponses)
        #expect(try responseFault("HTTP/1.1 101 Switching\r\n\r\n" + final) == .unexpectedUpgrade)
        #expect(
            try responseFault("HTTP/1.1 100 x\r\nContent-Length: 0\r\n\r\n" + final)
                == .ambiguousFraming)
    }

    @Test func `counts interim ones for each response anew`() throws {
        var parser = ResponseHeadParser(limits: .standard)
        let text =
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 8)
            + "HTTP/1.1 200 OK\r\n\r\n"
        let bytes = latin1(text)
        for _ in 0..<3 {
            let progress = try parser.consume(bytes.span, answering: .get)
            guard case .complete(let head, let consumed) = progress else {
                Issue.record("incomplete")
                return
            }
            #expect(consumed == bytes.count)
            let isInHead = parser.isInHead
            #expect(!isInHead)
            parser.recycle(head)
        }
        let interim = latin1("HTTP/1.1 100 Continue\r\n\r\n")
        _ = try parser.consume(interim.span, answering: .get)
        let isInHead = parser.isInHead
        #expect(isInHead)
    }

    @Test func `has limits`() throws {
        var limits = Limits()
        limits.headBytes = 64
        limits.fields = 2
        let shortest = "HTTP/1.1 200 OK\r\nX: \r\n\r\n".utf8.count
        func head(of count: Int) -> String {
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: count - shortest) + "\r\n\r\n"
        }
        #expect(try responseFault(head(of: 64), limits: limits) == nil)
        #expect(try responseFault(head(of: 65), limits: limits) == .headTooLarge)
        let start = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n"
        #expect(try responseFault(start + "\r\n", limits: limits) == nil)
        #expect(try responseFault(start + "C: 3\r\n\r\n", limits: limits) == .tooManyFields)
        let endless = String(repeating: "H", count: 64)
        #expect(try responseFault(endless, limits: limits) == .headTooLarge)
    }
}

@Suite struct `A returned response` {
    private func returned(
        _ text: String, to method: RequestMethod = .get, client: HTTPVersion = .http11,
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
            try returned("HTTP/1.1 204\r\nContent-Length: 0\r\n\r\n") == "HTTP/1.1 204 \r\n\r\n")
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
