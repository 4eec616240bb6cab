// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `A limit` {
    @Test(arguments: [64, 255, 256, 257, 4096])
    func `of head bytes is met and not passed`(_ size: Int) throws {
        var limits = Limits()
        limits.headBytes = size
        let shortest = request("X: ").utf8.count
        func head(of count: Int) -> String {
            request("X: " + String(repeating: "a", count: count - shortest))
        }
        #expect(try faultKind(head(of: size - 1), limits: limits) == nil)
        #expect(try faultKind(head(of: size), limits: limits) == nil)
        #expect(try faultKind(head(of: size + 1), limits: limits) == .headTooLarge)
        #expect(try faultKind(head(of: size + 2), limits: limits) == .headTooLarge)
        #expect(try faultKind(head(of: size * 3), limits: limits) == .headTooLarge)
    }

    @Test func `of head bytes holds for a head that never ends`() throws {
        var limits = Limits()
        limits.headBytes = 128
        let start = "GET / HTTP/1.1\r\nX: "
        let endless = start + String(repeating: "a", count: 128)
        #expect(try faultKind(endless, limits: limits) == .headTooLarge)
        let line = String(repeating: "G", count: 128)
        #expect(try faultKind(line, limits: limits) == .targetTooLong)
    }

    @Test func `of the default head is 64 KiB`() throws {
        let shortest = request("X: ").utf8.count
        let fits = request("X: " + String(repeating: "a", count: 65_536 - shortest))
        let long = request("X: " + String(repeating: "a", count: 65_537 - shortest))
        for delivery in [Delivery.burst, .threes] {
            let (one, _) = outcome(
                latin1(fits), delivery, limits: .standard)
            let (other, _) = outcome(
                latin1(long), delivery, limits: .standard)
            guard case .head = one, case .fault(let fault) = other else {
                Issue.record("\(delivery)")
                continue
            }
            #expect(fault.kind == .headTooLarge)
        }
    }

    @Test(arguments: [1, 2, 100])
    func `of fields is met and not passed`(_ count: Int) throws {
        var limits = Limits()
        limits.fields = count
        func head(_ fields: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: 1\r\n", count: fields - 1)
                + "\r\n"
        }
        #expect(try faultKind(head(count), limits: limits) == nil)
        #expect(try faultKind(head(count + 1), limits: limits) == .tooManyFields)
        #expect(Limits.standard.fields == 100)
    }

    @Test(arguments: [1, 255, 256, 8192])
    func `of the target is met and not passed`(_ size: Int) throws {
        var limits = Limits()
        limits.targetBytes = size
        func target(_ count: Int) -> String { "/" + String(repeating: "a", count: count - 1) }
        #expect(try faultKind(request(target: target(size)), limits: limits) == nil)
        #expect(try faultKind(request(target: target(size + 1)), limits: limits) == .targetTooLong)
    }

    @Test func `is not reached by a parser that is used again`() throws {
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        for round in 0..<1_000 {
            let bytes = latin1(request("X-Round: \(round)", "Connection: x-round"))
            let split = round % bytes.count
            var complete: RequestHead?
            for piece in [Array(bytes[..<split]), Array(bytes[split...])] {
                if case .complete(let head, let consumed) = try parser.consume(piece.span) {
                    #expect(consumed == piece.count)
                    complete = head
                }
            }
            let head = try #require(complete)
            #expect(RequestSummary(head).fields[1] == "X-Round=\(round)")
            let isInHead = parser.isInHead
            #expect(!isInHead)
            if round % 3 != 0 { parser.recycle(head) }
        }
    }

    @Test func `of pieces does not exist`() throws {
        // Two heads in one piece, and a third begun: each is found where it is.
        let one = latin1(request("X: 1"))
        let bytes = one + latin1(request("X: 2")) + latin1("GET")
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        var at = 0
        var values: [String] = []
        while case .complete(let head, let consumed) = try parser.consume(
            bytes.span.extracting(at..<bytes.count))
        {
            at += consumed
            values.append(RequestSummary(head).fields[1])
            parser.recycle(head)
        }
        #expect(values == ["X=1", "X=2"])
        let isInHead = parser.isInHead
        #expect(isInHead)
        // The next head has begun: giving memory back now must not disturb it.
        parser.recycle(try parse(request()))
        guard case .complete = try parser.consume(latin1(String(request().dropFirst(3))).span)
        else {
            Issue.record("incomplete")
            return
        }
    }
}
