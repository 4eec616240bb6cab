// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `Framing of a request` {
    private func post(_ fields: [String], version: String = "HTTP/1.1") -> String {
        "POST / \(version)\r\nHost: a.example\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(arguments: [
        ([], BodyFraming.none),
        (["Content-Length: 0"], .length(0)),
        (["Content-Length: 5"], .length(5)),
        (["content-length:255 "], .length(255)),
        (["content-length:   255   "], .length(255)),
        (["Content-Length: 9007199254740992"], .length(1 << 53)),
        (["Transfer-Encoding: chunked"], .chunked),
        (["transfer-encoding:chunked"], .chunked),
        (["Transfer-Encoding:   chunked   "], .chunked),
        (["Transfer-Encoding: Chunked"], .chunked), (["Transfer-Encoding: CHUNKED"], .chunked),
        (["Transfer_Encoding: chunked"], .none), (["Content_Length: 5"], .none),
        (["Content-Length: 5", "Transfer_Encoding: chunked"], .length(5)),
        (["Content_Length: 5", "Transfer-Encoding: chunked"], .chunked),
    ])
    func `is understood in one way`(_ fields: [String], _ framing: BodyFraming) throws {
        #expect(try parse(post(fields)).framing == framing)
    }

    @Test(arguments: [
        "", "0010", "00", "0200", "05", "5, 5", "5,5", "5,6", ",5", "5,", "+5", "-5", "-0", "+0",
        "0x5", "5h", "a", "1_000", "1 000", "5 5", "5.0", "5e1", "\"5\"", "5;a=b",
        "9007199254740993", "10000000000000000", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999", "5\u{A0}", "\u{FF}5", "\t5", "5\t", " \t 5", "5 \t ",
    ])
    func `by length refuses every other number`(_ value: String) throws {
        #expect(try faultKind(post(["Content-Length: \(value)"])) == .ambiguousFraming)
    }

    @Test(arguments: [
        "", ",chunked", "chunked,", ", chunked", "chunked, chunked", "chunked,chunked", "identity",
        "chunked, identity", "identity, chunked", "gzip", "chunked, gzip", "xchunked", "chunkedx",
        "chunked;q=1", "chunked; a=b", "\"chunked\"", "'chunked'", "x chunked", "chunked x",
        "c hunked", "cow, chunked", "gzip,, chunked", "gzip;q=1, chunked", "chunk", "gzip chunked",
        "chunKed, Chunked", "chunked\u{FF}", "\u{85}chunked", "\u{A0}chunked", "\tchunked",
        "chunked\t", " \t chunked", "chunked \t ",
    ])
    func `by coding refuses every other value`(_ value: String) throws {
        #expect(try faultKind(post(["Transfer-Encoding: \(value)"])) == .ambiguousFraming)
    }

    @Test(arguments: [
        "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked\t",
        "Transfer-Encoding: \t chunked", "Transfer-Encoding: chunked \t ", "Content-Length:\t5",
        "Content-Length: 5\t", "Content-Length:\t", "Transfer-Encoding: gzip, chunked\t",
    ])
    func `refuses tabs, which not every reader strips`(_ line: String) throws {
        #expect(try faultKind(post([line])) == .ambiguousFraming)
    }

    @Test(arguments: [
        "gzip, chunked", "GZIP ,Chunked", "deflate,chunked", "br, chunked", "zstd, chunked",
        "x-gzip, chunked", "compress, chunked", "x-compress, gzip, chunked",
    ])
    func `by other known codings is not supported`(_ value: String) throws {
        #expect(try faultKind(post(["Transfer-Encoding: \(value)"])) == .unsupportedTransferCoding)
    }

    @Test(arguments: [
        "Transfer-Encoding: \u{B}chunked", "Transfer-Encoding: \u{C}chunked",
        "Transfer-Encoding: \u{0}chunked", "Transfer-Encoding: chunked\u{0}",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked", "Transfer-Encoding\u{B}: chunked",
        "Transfer-Encoding:\r\n chunked", "Transfer-Encoding\r\n: chunked",
        "Transfer-Encoding: chunked\r", "Transfer-Encoding: chunked\n",
        "X: 1\nTransfer-Encoding: chunked", "X: 1\rTransfer-Encoding: chunked",
        "\"Transfer-Encoding\": chunked", "Content-Length : 5",
        "Content-Length\t: 5", " Content-Length: 5", "Content-Length: 5\u{0}",
        "Content-Length:\r\n 5",
    ])
    func `cannot be hidden`(_ line: String) throws {
        #expect(try faultKind(post([line])) == .malformedHeader)
        #expect(try faultKind(post(["Content-Length: 5", line])) == .malformedHeader)
    }

    @Test(arguments: [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Transfer-Encoding:", "Content-Length: 5"],
        ["Content-Length: 0", "Transfer-Encoding: chunked"],
        ["Content-Length: 5", "Transfer-Encoding: gzip, chunked"],
        ["Content-Length: 5", "Content-Length: 5"],
        ["Content-Length: 5", "content-length: 6"],
        ["Content-Length: 5", "X: 1", "CONTENT-LENGTH: 5"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "transfer-encoding: identity"],
        ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"],
    ])
    func `must not be stated twice`(_ fields: [String]) throws {
        #expect(try faultKind(post(fields)) == .ambiguousFraming)
    }

    @Test func `of HTTP 1.0 knows no codings`() throws {
        let fields = ["Transfer-Encoding: chunked"]
        #expect(try faultKind(post(fields, version: "HTTP/1.0")) == .ambiguousFraming)
        #expect(
            try faultKind(post(["Transfer-Encoding: gzip, chunked"], version: "HTTP/1.0"))
                == .ambiguousFraming)
        #expect(try parse(post(["Content-Length: 3"], version: "HTTP/1.0")).framing == .length(3))
    }

    @Test func `is taken as it is for methods that seldom have a body`() throws {
        for method in ["GET", "HEAD", "OPTIONS", "DELETE"] {
            let head = try parse("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            #expect(head.framing == .length(5))
        }
    }
}

@Suite struct `An expectation` {
    @Test func `of 100-continue is the only one known`() throws {
        #expect(try parse(request("Expect: 100-continue")).expectsContinue)
        #expect(try parse(request("expect: 100-CONTINUE")).expectsContinue)
        #expect(try !parse(request()).expectsContinue)
        for value in ["", "y 100-continue", "100-continue, x", "100-continue ;", "100", "200-ok"] {
            #expect(try faultKind(request("Expect: \(value)")) == .unknownExpectation, "\(value)")
        }
        #expect(
            try faultKind(request("Expect: 100-continue", "Expect: 100-continue"))
                == .unknownExpectation)
        #expect(try faultKind(request("Expect : 100-continue")) == .malformedHeader)
    }

    @Test func `of HTTP 1.0 is passed over`() throws {
        let head = try parse("GET / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")
        #expect(!head.expectsContinue)
    }
}
