// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct AddressTests {
    @Test(
        "Addresses are read in every notation and written in one",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
            ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("0:0:0:0:0:ffff:c000:201", "192.0.2.1"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ])
    func text(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(
        "Other texts are no addresses",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.", "0x7f.1",
            "2130706433",
            ":", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::",
            "::1%eth0", "[::1]", "1.2.3.4::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "+1::", "::-1",
            ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::8:9", " ::1", "1::2:",
        ])
    func refusals(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "Only this machine reaches loopback addresses",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true),
            ("::ffff:127.0.0.1", true), ("128.0.0.1", false), ("::2", false), ("0.0.0.0", false),
            ("::", false), ("::7f00:1", false),
        ])
    func loopback(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == expected)
    }

    @Test(
        "A block holds the addresses that share its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.0", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1/128", "::1", true),
            ("128.0.0.0/1", "255.0.0.1", true),
        ])
    func blocks(block: String, address: String, expected: Bool) throws {
        let address = try #require(IPAddress(address))
        #expect(try AddressBlock(block).contains(address) == expected)
    }

    @Test(
        "Other texts are no blocks",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/a", "x/8",
        ])
    func blockRefusals(text: String) {
        #expect(throws: AddressBlock.Fault.malformed) { try AddressBlock(text) }
    }

    @Test func `a block with bits after its prefix names the one that was meant`() throws {
        let meant = try AddressBlock("10.0.0.0/8")
        #expect(meant.text == "10.0.0.0/8")
        #expect(throws: AddressBlock.Fault.hostBits(meant: meant)) {
            try AddressBlock("10.1.0.0/8")
        }
    }
}
