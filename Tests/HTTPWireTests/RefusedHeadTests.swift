// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

@Suite struct `What can be read of a refused head` {
    private func read(_ text: String, at offset: Int = 0) -> RefusedHead {
        RefusedHead(latin1(text)[...], at: offset)
    }

    @Test(arguments: [2_047, 2_048, 2_049, 4_097, 60_000])
    func `is more of a long path, query or host than a record holds`(length: Int) {
        let long = String(repeating: "a", count: length)
        let head = read("GET /\(long)?\(long) HTTP/1.1\r\nHost: \(long)\r\n\r\n")
        for part in [Array(head.path.dropFirst()), head.query, head.host] {
            #expect(part.count >= min(length, 2_049))
            #expect(part.count <= 4_096)
        }
    }

    @Test(
        arguments: [
            ("GET /a/b?c=d HTTP/1.1\r\nHost: A.example:80\r\n\r\n", "a.example:80", "/a/b", "c=d"),
            ("GET http://u:secret@h/a?b HTTP/1.1\r\n\r\n", "", "/a", "b"),
            ("GET http://u:secret@h HTTP/1.1\r\n\r\n", "", "", ""),
            ("GET http://u:secret@h?a HTTP/1.1\r\n\r\n", "", "", ""),
            ("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", "a", "/a", ""),
            ("GET /a#secret HTTP/1.1\r\n\r\n", "", "/a", ""),
            ("GET /a?b#secret HTTP/1.1\r\n\r\n", "", "/a", "b"),
            ("GET /a\r\n", "", "/a", ""), ("GET /a\n", "", "/a", ""),
            ("GET secret HTTP/1.1\r\n", "", "", ""), ("GET", "", "", ""), ("", "", "", ""),
            ("\u{16}\u{3} /secret", "", "", ""), ("(secret) /a b", "", "", ""),
            ("GET /a HTTP/1.1\r\nX: 1\r\nhost : a b\r\nHost: c\r\n", "ab", "/a", ""),
            ("GET /a HTTP/1.1\r\n\r\nHost: body\r\n", "", "/a", ""),
            ("GET /a HTTP/1.1\r\nHost: u:secret@h\r\n", "h", "/a", ""),
            ("GET /a HTTP/1.1\r\nHost: u@secret@h@\r\n", "", "/a", ""),
        ])
    func `is path, query and host, and never a password`(
        _ text: String, _ host: String, _ path: String, _ query: String
    ) {
        let head = read(text)
        #expect(String(decoding: head.host, as: UTF8.self) == host)
        #expect(String(decoding: head.path, as: UTF8.self) == path)
        #expect(String(decoding: head.query, as: UTF8.self) == query)
        #expect(head.hasHost == (!host.isEmpty || text.contains("Host: u")))
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\nA-b: c\r\n", 16, "a-b"),
            ("GET / HTTP/1.1\r\nA_b: c\r\n", 22, "a_b"),
            ("GET / HTTP/1.1\r\nA : c\r\n", 17, "a"), ("GET / HTTP/1.1\r\nA\r\n", 16, nil),
            ("GET / HTTP/1.1\r\nA b: c\r\n", 17, nil), ("GET / HTTP/1.1\r\n: c\r\n", 16, nil),
            ("GET / HTTP/1.1\r\nUser=secret&x: c\r\n", 16, nil),
            ("GET / HTTP/1.1\r\n" + String(repeating: "s", count: 41) + ": c\r\n", 16, nil),
            ("GET / HTTP/1.1\r\nA: b\r\nC: d\r\n", 99, "c"),
        ] as [(String, Int, String?)])
    func `is a field's name where it is one`(_ text: String, _ offset: Int, _ name: String?) {
        guard case .field(_, let found) = read(text, at: offset).place else {
            Issue.record("no field")
            return
        }
        #expect(found == name)
    }

    /// Faults as the parser finds them, and the words for them.
    @Test(
        arguments: [
            ("GET /a\r\n", "no version"), ("\r\nGET /a\r\n", "no version"),
            ("GET\r\n", "no target"), ("GET \r\n", "no target"),
            ("GET  / HTTP/1.1\r\n", "more than one space"),
            ("GET /  HTTP/1.1\r\n", "more than one space"),
            ("GET / http/1.1\r\n", "malformed version"),
            ("GET / HTTP/1.1 \r\n", "malformed version"), ("GET / \r\n", "malformed version"),
            ("get / HTTP/1.1\r\n", "lower-case letter in the method"),
            ("GeT / HTTP/1.1\r\n", "lower-case letter in the method"),
            ("GET / HTTP/1.1\n", "LF without CR"), ("G\rET / HTTP/1.1\r\n", "CR within a line"),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "empty Host"),
            ("GET / HTTP/1.1\r\nHost: \t \r\n\r\n", "empty Host"),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", nil),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "more than one Host"),
            ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "another host than Host names"),
            ("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", "another host than Host names"),
            ("GET / HTTP/1.1\r\nA\r\n", "no colon"), ("GET / HTTP/1.1\r\nA b\r\n", "no colon"),
            ("GET / HTTP/1.1\r\n: b\r\n", "no name"),
            ("GET / HTTP/1.1\r\nA : b\r\n", "blank before the colon"),
            ("GET / HTTP/1.1\r\n A: b\r\n", "folded line"),
            ("GET / HTTP/1.1\r\nA: b\nC: d\r\n", "LF without CR"),
            ("GET / HTTP/1.1\r\nA: b\u{1}\r\n", "control byte"),
            ("GET / HTTP/1.1\r\nA: \u{0}\r\n", "NUL"),
            ("GET / HTTP/1.1\r\nA: b\rc\r\n", "CR within a line"),
        ] as [(String, String?)])
    func `says what is wrong at the byte`(_ text: String, _ words: String?) throws {
        let bytes = latin1(text)
        for cut in 0..<bytes.count {
            var parser = RequestHeadParser(limits: .standard, scheme: .http)
            var head: RefusedHead?
            for piece in [bytes[..<cut], bytes[cut...]] where head == nil {
                let piece = Array(piece)
                do throws(RequestFault) {
                    _ = try parser.consume(piece.span)
                } catch {
                    head = parser.refused(error, in: piece.span)
                }
            }
            #expect(try #require(head, "cut at \(cut)").fault == words, "cut at \(cut)")
        }
    }

    @Test func `is the same wherever the head is cut`() throws {
        let text = "GET /a HTTP/1.1\r\nHost: h\r\nAccept: x\r\nConnection: Cookie\r\n\r\n"
        let bytes = latin1(text)
        for cut in 1..<bytes.count {
            var parser = RequestHeadParser(limits: .standard, scheme: .http)
            var fault: (RequestFault, RefusedHead)?
            for piece in [bytes[..<cut], bytes[cut...]] where fault == nil {
                let piece = Array(piece)
                do throws(RequestFault) {
                    _ = try parser.consume(piece.span)
                } catch {
                    fault = (error, parser.refused(error, in: piece.span))
                }
            }
            let (error, head) = try #require(fault)
            #expect(error.kind == .malformedHeader, "cut at \(cut)")
            #expect(head.place == .field(3, name: "connection"), "cut at \(cut)")
            #expect(head.path == Array("/a".utf8))
            #expect(
                head.wordsForClient(at: error.offset)
                    == "byte \(error.offset) of the head, in field connection")
        }
    }

    @Test func `of a service's answer is the field, behind interim answers too`() throws {
        let text =
            "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\nX-Odd: \u{0}\r\n\r\n"
        let bytes = latin1(text)
        for cut in 1..<bytes.count {
            var parser = ResponseHeadParser(limits: .answers)
            var found: String??
            for piece in [bytes[..<cut], bytes[cut...]] where found == nil {
                let piece = Array(piece)
                do throws(ResponseFault) {
                    _ = try parser.consume(piece.span, answering: .get)
                } catch {
                    found = .some(parser.fieldName(of: error, in: piece.span))
                }
            }
            #expect(found == .some("x-odd"), "cut at \(cut)")
        }
    }
}
