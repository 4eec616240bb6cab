// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

/// A head means the same whatever came before it on its connection.
@Suite("A head after another")
struct RepeatedHeadTests {
    private static let first = """
        GET /a/b?c HTTP/1.1\r
        Host: a.example:8080\r
        User-Agent: some-client/1.0 (and more)\r
        Accept: */*\r
        X-API-Key: csk_0123456789abcdef\r
        Connection: X-Hop\r
        X-Hop: 1\r
        \r

        """

    /// What the second of two requests on a connection means.
    private func second(
        _ first: [UInt8], _ second: [UInt8], _ delivery: Delivery = .burst
    ) throws -> RequestOutcome {
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        let used = try fill(&parser, with: first)
        var taken = 0
        for piece in delivery.pieces(of: second) {
            do throws(RequestFault) {
                switch try parser.consume(piece.span) {
                case .incomplete: taken += piece.count
                case .complete(let head, let consumed):
                    #expect(ObjectIdentifier(head) == used, "its memory is used again")
                    return .head(RequestSummary(head), length: taken + consumed)
                }
            } catch {
                return .fault(error)
            }
        }
        return .incomplete
    }

    /// Reads a request and gives its head back.
    private func fill(
        _ parser: inout RequestHeadParser, with bytes: [UInt8]
    ) throws -> ObjectIdentifier {
        guard case .complete(let head, _) = try parser.consume(bytes.span) else {
            throw Unfinished()
        }
        let identity = ObjectIdentifier(head)
        parser.recycle(consume head)
        return identity
    }

    @Test("Every byte in every place means what it means in a first head")
    func everyByte() throws {
        let first = Array(Self.first.utf8)
        for place in first.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = first
                changed[place] = byte
                let (expected, _) = outcome(changed, .burst, limits: .standard)
                #expect(try second(first, changed) == expected, "byte \(byte) at \(place)")
            }
        }
    }

    @Test("Every line may be left out, doubled or made longer")
    func everyLine() throws {
        let lines = Self.first.split(separator: "\r\n", omittingEmptySubsequences: false)
        for place in 1..<lines.count - 2 {
            for replacement in [[], [lines[place], lines[place]], [lines[place] + "x"]] {
                var changed = lines
                changed.replaceSubrange(place...place, with: replacement)
                let bytes = Array(changed.joined(separator: "\r\n").utf8)
                let (expected, _) = outcome(bytes, .burst, limits: .standard)
                #expect(try second(Array(Self.first.utf8), bytes) == expected, "line \(place)")
            }
        }
    }

    @Test(
        "Every request line and every way of delivery gives what it gives first",
        arguments: [
            "GET / HTTP/1.1", "POST /a/very/much/longer/path?with=a&query HTTP/1.1",
            "GET /a/b?c HTTP/1.0", "GET http://a.example:8080/a HTTP/1.1",
            "GET http://b.example/a HTTP/1.1", "GET /%61%2f/../b HTTP/1.1", "GET /%zz HTTP/1.1",
            "GET /caf\u{E9}/{x} HTTP/1.1", "GET /a//b;c HTTP/1.1", "GET * HTTP/1.1",
            "\r\nGET / HTTP/1.1",
        ])
    func requestLines(_ line: String) throws {
        let first = Array(Self.first.utf8)
        let bytes = latin1(line) + first.dropFirst("GET /a/b?c HTTP/1.1".utf8.count)
        let (expected, _) = outcome(bytes, .burst, limits: .standard)
        for delivery in Delivery.allCases {
            #expect(try second(first, bytes, delivery) == expected, "\(delivery)")
            // And the other way round, where the line is one that may come first.
            if case .head = expected {
                let (again, _) = outcome(first, .burst, limits: .standard)
                #expect(try second(bytes, first, delivery) == again, "\(delivery)")
            }
        }
    }

    @Test(
        "A host that was made canonical is not taken for another one",
        arguments: [
            ("a.example.:80", "a.example:800"), ("A.EXAMPLE", "a.example"), ("a:", "a:8"),
            ("a.example:", "a.examplee"), ("a.:80", "a:80:"), ("a.:8", "a:88"),
        ])
    func hosts(_ one: String, _ other: String) throws {
        for (one, other) in [(one, other), (other, one)] {
            let first = Array("GET / HTTP/1.1\r\nHost: \(one)\r\nAccept: */*\r\n\r\n".utf8)
            let next = Array("GET / HTTP/1.1\r\nHost: \(other)\r\nAccept: */*\r\n\r\n".utf8)
            guard case (.head, _) = outcome(first, .burst, limits: .standard) else { continue }
            let (expected, _) = outcome(next, .burst, limits: .standard)
            #expect(try second(first, next) == expected, "\(one) then \(other)")
        }
    }

    @Test("A head that somebody still has is not changed by the next one")
    func kept() throws {
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        let first = Array(Self.first.utf8)
        guard case .complete(let head, _) = try parser.consume(first.span) else {
            throw Unfinished()
        }
        let before = RequestSummary(head)
        parser.recycle(head)
        let next = Array("POST /other HTTP/1.1\r\nHost: b.example\r\n\r\n".utf8)
        guard case .complete(let other, _) = try parser.consume(next.span) else {
            throw Unfinished()
        }
        #expect(RequestSummary(head) == before)
        #expect(other.string(of: other.host) == "b.example")
    }

    // MARK: Answers

    private static let answer = """
        HTTP/1.1 200 OK\r
        Server: s\r
        Content-Length: 10\r
        Connection: X-Hop\r
        X-Hop: 1\r
        Date: Sun, 29 Nov 2026 22:00:00 GMT\r
        \r

        """

    /// What is written to the client of the second of two answers on a connection, or why it is refused.
    private func written(
        after first: [UInt8]?, _ second: [UInt8], to method: Method
    ) throws -> String {
        var parser = ResponseHeadParser(limits: .answers)
        if let first {
            guard case .complete(let head, _) = try parser.consume(first.span, answering: .get)
            else { throw Unfinished() }
            parser.recycle(consume head)
        }
        do throws(ResponseFault) {
            switch try parser.consume(second.span, answering: method) {
            case .incomplete: return "incomplete"
            case .complete(let head, let consumed):
                var output: [UInt8] = []
                head.append(
                    toClient: &output, framing: head.framing(for: .http11), connection: .implied,
                    adding: AddedFields())
                return "\(consumed) \(head.framing) \(head.keepsAlive) "
                    + "\(head.announcesAbsentBody) \(output)"
            }
        } catch {
            return "\(error)"
        }
    }

    @Test("Every byte in every place of an answer means what it means in a first one")
    func everyByteOfAnAnswer() throws {
        let first = Array(Self.answer.utf8)
        for place in first.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = first
                changed[place] = byte
                #expect(
                    try written(after: first, changed, to: .get)
                        == written(after: nil, changed, to: .get), "byte \(byte) at \(place)")
            }
        }
    }

    @Test(
        "What an answer owes to its request is not taken from the one before",
        arguments: [
            "HTTP/1.1 304 Not Modified", "HTTP/1.1 204 No Content", "HTTP/1.0 200 OK",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK", "HTTP/1.1 404",
        ])
    func statusLines(_ line: String) throws {
        let first = Array(Self.answer.utf8)
        let bytes = Array(line.utf8) + first.dropFirst("HTTP/1.1 200 OK".utf8.count)
        for method in [Method.get, .head] {
            #expect(
                try written(after: first, bytes, to: method)
                    == written(after: nil, bytes, to: method))
        }
    }
}
