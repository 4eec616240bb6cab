// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPWire
import Testing

@Suite struct `The origin of a request` {
    private func origin(
        _ values: [String], peer: String = "10.0.0.1", mostHops: Int = 16
    ) throws -> String {
        let lines = values.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let head = try parse("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        let origin = ForwardedFor.origin(
            of: head, peer: try #require(IPAddress(peer)), mostHops: mostHops
        ) { $0.family == .v4 && $0.bits >> 24 == 10 || $0 == IPAddress("fd00::1") }
        return "\(origin.address)" + (origin.port.map { " port \($0)" } ?? "")
            + " hops \(origin.hops)"
    }

    @Test(arguments: [
        ([], "10.0.0.1 hops 0"),
        (["1.1.1.1"], "1.1.1.1 hops 1"),
        (["6.6.6.6, 1.1.1.1"], "1.1.1.1 hops 1"),
        (["6.6.6.6, 1.1.1.1, 10.0.0.2"], "1.1.1.1 hops 2"),
        (["6.6.6.6,1.1.1.1 ,\t10.0.0.3,10.0.0.2"], "1.1.1.1 hops 3"),
        (["6.6.6.6", "1.1.1.1, 10.0.0.3", "10.0.0.2"], "1.1.1.1 hops 3"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3 hops 2"),
        (["1.1.1.1:443, 10.0.0.2:1"], "1.1.1.1 port 443 hops 2"),
        (["2001:DB8::1, fd00::1"], "2001:db8::1 hops 2"),
        (["[2001:db8::1]:99, [fd00::1]"], "2001:db8::1 port 99 hops 2"),
        (["::ffff:10.0.0.9, 10.0.0.2"], "10.0.0.9 hops 2"),
        (["1.1.1.1, unknown"], "10.0.0.1 hops 0"),
        (["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2 hops 1"),
        (["1.1.1.1, _hidden, 10.0.0.2"], "10.0.0.2 hops 1"),
        (["1.1.1.1, fe80::1%eth0, 10.0.0.2"], "10.0.0.2 hops 1"),
        (["1.1.1.1, , 10.0.0.2"], "10.0.0.2 hops 1"),
        (["1.1.1.1,"], "10.0.0.1 hops 0"),
        ([""], "10.0.0.1 hops 0"),
        ([","], "10.0.0.1 hops 0"),
        (["010.0.0.1"], "10.0.0.1 hops 0"),
        (["1.1.1.1:0"], "10.0.0.1 hops 0"),
        (["\"1.1.1.1\""], "10.0.0.1 hops 0"),
        (["a.example"], "10.0.0.1 hops 0"),
    ])
    func `is the right-most address that is not trusted`(
        _ values: [String], _ expected: String
    ) throws {
        #expect(try origin(values) == expected)
    }

    @Test func `is the peer when the peer is not trusted`() throws {
        #expect(try origin(["1.1.1.1"], peer: "2.2.2.2") == "2.2.2.2 hops 0")
    }

    @Test func `is looked for among a bounded number of hops`() throws {
        let list = Array(repeating: "10.0.0.7", count: 1_000).joined(separator: ", ")
        #expect(try origin(["1.1.1.1, " + list]) == "10.0.0.7 hops 16")
        #expect(try origin(["1.1.1.1, 10.0.0.2"], mostHops: 0) == "10.0.0.1 hops 0")
        #expect(try origin(["1.1.1.1, 10.0.0.2"], mostHops: 1) == "10.0.0.2 hops 1")
        #expect(try origin(["1.1.1.1, 10.0.0.2"], mostHops: 2) == "1.1.1.1 hops 2")
    }
}

@Suite struct `An address` {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("1.20.0.3", "1.20.0.3"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("0:0:1:0:0:0:0:1", "0:0:1::1"),
        ("2001:db8::0001", "2001:db8::1"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("::ffff:1.2.3.4", "1.2.3.4"), ("::FFFF:102:304", "1.2.3.4"), ("::1.2.3.4", "::102:304"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("a::b:c", "a::b:c"),
    ])
    func `has one text`(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", ".", ":", "1", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.4.5", "256.0.0.1",
        "1.2.3.004", "00.0.0.0", "1.2.3.x", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.-4",
        ":::", "1:::2", "1::2::3", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1%eth0", "[::1]",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "::256.1.1.1", "-1::",
    ])
    func `has no other text`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }
}
