// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

enum ResponseOutcome: Equatable {
    case incomplete
    case fault(ResponseFault)
    case head(String, BodyFraming, declared: UInt64?, keeps: Bool, length: Int)
}

private func outcome(
    _ bytes: [UInt8], _ delivery: Delivery, _ method: Method, _ limits: Limits
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
    _ text: String, to method: Method = .get, limits: Limits = .standard,
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
    _ text: String, to method: Method = .get, limits: Limits = .standard,
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
            // What RFC 9110 does not define passes, and a later minor version means the same.
            ("HTTP/1.1 600 Odd", 600, "Odd"), ("HTTP/1.1 999", 999, ""),
            ("HTTP/1.2 200 OK", 200, "OK"), ("HTTP/1.9 200 OK", 200, "OK"),
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
        "HTTP/1.1 099", "HTTP/1.1 000", "http/1.1 200 OK",
        "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200 \u{0}", "HTTP/1.1 200 a\rb",
        "HTTP/1.1 200 \u{1B}[0m", "HTTP/1.1 200 \u{7F}", " HTTP/1.1 200 OK", "ICY 200 OK",
        "<html><body>hello</body></html>", "HTTP/1.1 -20 OK", "HTTP/1.1 +20 OK", "HTTP 200 OK",
    ])
    func `with another status line is refused`(_ line: String) throws {
        #expect(try responseFault(line + "\r\nServer: x\r\n\r\n") == .malformedStatusLine)
    }

    @Test(arguments: ["HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "HTTP/3.1 200 OK"])
    func `of another version is refused`(_ line: String) throws {
        #expect(try responseFault(line + "\r\n\r\n") == .unsupportedVersion)
    }

    @Test(arguments: [
        " X: 1", ": 1", " : 1", "X", "X: \u{0}", "X: \u{7F}", "X: a\rb", "X: 1\r", "X: a\r\rb",
        "X: 1\r\n \r", "X: 1\r\n \u{0}", "X: 1\r\n ", "X: 1\r\n\t", "X: 1\n ", "\u{E9}: 1",
        "X\u{0}: 1",
        "X(a): 1", "X Y: 1", "X\t Y: 1", "X_Y Z: 1", "_", "_ : \u{0}",
        // What says where the message ends stands in one line and one form.
        "Transfer-Encoding : chunked", "Content-Length\t: 5", "Transfer-Encoding:\r\n chunked",
        "Content-Length: 5\r\n 6", "Content-Length: 5\n\t",
    ])
    func `with a malformed field is refused`(_ line: String) throws {
        #expect(
            try responseFault("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n") == .malformedHeader)
    }

    @Test(
        arguments: [
            ("X_A: 1\r\n", "X_A: 1"), ("_: 1\r\n", "_: 1"), ("X : 1\r\n", "X: 1"),
            ("X\t \t:1\r\n", "X: 1"), ("X_A : 1 \n", "X_A: 1"), ("X: 1\n", "X: 1"),
            ("X:1\nY: 2\r\nZ:\n", "X: 1|Y: 2|Z: "), ("X: 1\r\n folded\r\n", "X: 1 folded"),
            ("X: 1 \t\r\n\t \tfolded\r\n  twice\n y\r\n", "X: 1 folded twice y"),
            ("X:\r\n 1\r\n", "X: 1"), ("X: \n 1: 2\r\nY: 3\r\n", "X: 1: 2|Y: 3"),
            ("X: 1\r\n HTTP/1.1 200 OK\r\nY: 2\r\n", "X: 1 HTTP/1.1 200 OK|Y: 2"),
            ("X: 1\r\n Content-Length: 9\r\n", "X: 1 Content-Length: 9"),
            // Names that somebody may read with hyphens, which are not the service's to say
            ("Content_Length: 9\r\nX: 1\r\n", "X: 1"),
            ("Transfer_Encoding: chunked\r\nX: 1\r\n", "X: 1"),
            ("Countersign_Record: forged\r\nX: 1\r\n", "X: 1"),
            ("countersign-a_b: forged\r\nX: 1\r\n", "X: 1"),
            ("Keep_Alive: 5\r\nX: 1\r\n", "X: 1"), ("Countersign-Record : x\r\nX: 1\r\n", "X: 1"),
            ("Alt-Svc: h2=\":8443\"\r\nX: 1\r\n", "X: 1"),
            // `Connection` takes away what is for one hop, and no field that is for everybody
            ("Connection: Set-Cookie\r\nSet-Cookie: a\r\n", "Set-Cookie: a"),
            (
                "Connection: Content-Type, x-hop\r\nContent-Type: a\r\nX-Hop: 1\r\n",
                "Content-Type: a"
            ),
            ("Connection: Location\r\nLocation: /a\r\n", "Location: /a"),
            ("Connection: x_hop\r\nX_Hop: 1\r\nX: 1\r\n", "X: 1"),
            ("Connection: Content-Length\r\nX: 1\r\n", "X: 1"),
        ])
    func `that has one meaning is written in one form`(
        _ fields: String, _ expected: String
    ) throws {
        for end in ["\r\n", "\n"] {
            let head = try response("HTTP/1.1 200 OK\r\n\(fields)\(end)")
            var output: [UInt8] = []
            head.append(
                toClient: &output, framing: .length(0), connection: .implied,
                adding: AddedFields())
            let lines = expected.split(separator: "|").map { $0 + "\r\n" }.joined()
            #expect(
                String(decoding: output, as: UTF8.self)
                    == "HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n")
        }
    }

    @Test(arguments: ["close;x", "a b", "\"close\"", "clo(se"])
    func `with an option that is no name is its connection's last`(_ option: String) throws {
        let head = try response(
            "HTTP/1.1 200 OK\r\nConnection: \(option)\r\nContent-Length: 0\r\n\r\n")
        #expect(!head.keepsAlive)
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
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", Method.get,
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
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", .head, .none, 5, true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", .head, .none, 0, true),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", .head, .none, nil, true),
            ("HTTP/1.1 200 OK\r\n", .head, .none, nil, true),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", .get, .none, 5, true),
            ("HTTP/1.1 304 x\r\nTransfer-Encoding: chunked\r\n", .get, .none, nil, true),
            ("HTTP/1.1 204 x\r\nContent-Length: 5\r\n", .delete, .none, nil, true),
            ("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n", .get, .none, nil, true),
            ("HTTP/1.0 204 x\r\nContent-Length: 5\r\n", .get, .none, nil, false),
            // Without a body it does not matter how one would have been measured.
            ("HTTP/1.1 204 x\r\nContent-Length: x\r\n", .get, .none, nil, true),
            (
                "HTTP/1.1 200 x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", .head,
                .none, nil, true
            ),
            (
                "HTTP/1.1 304 x\r\nContent-Length: 5\r\nContent-Length: 6\r\n", .get, .none,
                nil, true
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 05\r\n", .get, .length(5), nil, true),
            ("HTTP/1.1 200 OK\nContent-Length:   5  \n", .get, .length(5), nil, true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5, 5 ,05\r\n", .get, .length(5), nil, true),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 005\r\n", .get,
                .length(5), nil, true
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 0000000000000000000000\r\n", .get,
                .length(0), nil, true
            ),
            ("HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\n", .get, .chunked, nil, false),
            (
                "HTTP/1.0 200 x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n",
                .get, .chunked, nil, false
            ),
            ("HTTP/1.1 304 Not Modified\r\n", .get, .none, nil, true),
            ("HTTP/1.1 204 No Content\r\n", .get, .none, nil, true),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", .post, .none, nil, true),
            ("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", .post, .length(0), nil, true),
            (
                "HTTP/1.1 500 x\r\nContent-Length: 9007199254740992\r\n", .put, .length(1 << 53),
                nil, true
            ),
        ] as [(String, Method, BodyFraming, UInt64?, Bool)])
    func `says how its body ends`(
        _ text: String, _ method: Method, _ framing: BodyFraming, _ declared: UInt64?,
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
        ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 6"],
        ["Content-Length: 5,"], ["Content-Length: ,5"], ["Content-Length: 5,,5"],
        ["Content-Length: 5", "Content-Length:"], ["Content-Length: -1"], ["Content-Length: +5"],
        ["Content-Length: 0x5"], ["Content-Length: 5 5"], ["Content-Length: 5;a"],
        ["Content-Length: 5.0"], ["Content-Length:\t5"], ["Content-Length: 5\t"],
        ["Transfer-Encoding: chunked\t"], ["Transfer-Encoding:\tchunked"],
        ["Content-Length: \u{E9}5"],
        ["Content-Length:"], ["Content-Length: 9007199254740993"], ["Transfer-Encoding:"],
        ["Content-Length: 18446744073709551621"], ["Transfer-Encoding: chunked;a"],
        ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip"], ["Transfer-Encoding: ,chunked"],
    ])
    func `with ambiguous framing is refused`(_ lines: [String]) throws {
        let fields = lines.map { $0 + "\r\n" }.joined()
        for version in ["1.1", "1.0"] {
            #expect(
                try responseFault("HTTP/\(version) 200 OK\r\n\(fields)\r\n") == .ambiguousFraming)
        }
    }

    @Test func `in a coding that is not ours to undo is refused`() throws {
        #expect(
            try responseFault("HTTP/1.1 200 x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
                == .unsupportedTransferCoding)
    }

    @Test func `may end its lines in LF and has no other ends`() throws {
        let head = try response("HTTP/1.1 200 OK\nX: 1\nContent-Length: 2\n\n")
        #expect(head.framing == .length(2) && head.fields.count == 2)
        #expect(try responseFault("HTTP/1.1 200 OK\n\r\n") == nil)
        #expect(try responseFault("HTTP/1.1 200 OK\r\n\n") == nil)
        #expect(try responseFault("HTTP/1.1 200 OK\r\nX: 1\r\r\n\n") == .malformedHeader)
        #expect(try responseFault("HTTP/1.1 200 OK\r\n\r\r\n\n") == .malformedHeader)
        #expect(try responseFault("HTTP/1.1 200 OK\r\r\n\n") == .malformedStatusLine)
        #expect(try responseFault("\r\nHTTP/1.1 200 OK\r\n\r\n") == .malformedStatusLine)
        #expect(try responseFault("\nHTTP/1.1 200 OK\r\n\r\n") == .malformedStatusLine)
    }

    @Test func `does not begin with a fold`() throws {
        #expect(try responseFault("HTTP/1.1 200 OK\r\n folded\r\n\r\n") == .malformedHeader)
        #expect(try responseFault("HTTP/1.1 200 OK\n\tX: 1\n\n") == .malformedHeader)
    }

    @Test func `may follow interim ones, which are passed over`() throws {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        let head = try response(interim + final)
        #expect(head.status == 200)
        #expect(head.fields.count == 1)
        #expect(head.bytes == latin1(final))
    }

    @Test func `may follow any number of interim ones up to a bound of bytes`() throws {
        let interim = "HTTP/1.1 102 Processing\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\n\r\n"
        var limits = Limits.answers
        limits.interimBytes = 40 * interim.utf8.count
        let most = String(repeating: interim, count: 40)
        #expect(try responseFault(most + final, limits: limits) == nil)
        #expect(
            try responseFault(most + "HTTP/1.1 103\n\n" + final, limits: limits)
                == .interimTooLarge)
        #expect(Limits.answers.interimBytes == 65_536)
        #expect(try responseFault("HTTP/1.1 101 Switching\r\n\r\n" + final) == .unexpectedUpgrade)
        for nothing in ["Content-Length: 0", "Content-Length: 00", "Content-Length: 0, 0"] {
            #expect(
                try responseFault("HTTP/1.1 100 x\r\n\(nothing)\r\n\r\n" + final) == nil)
        }
        for body in [
            "Content-Length: 5", "Content-Length: x", "Transfer-Encoding: chunked",
            "Content-Length: 0\r\nTransfer-Encoding: chunked",
        ] {
            #expect(
                try responseFault("HTTP/1.1 103 x\r\n\(body)\r\n\r\n" + final)
                    == .ambiguousFraming)
        }
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
        #expect(Limits.answers.headBytes == 262_144 && Limits.answers.fields == 256)
    }
}
