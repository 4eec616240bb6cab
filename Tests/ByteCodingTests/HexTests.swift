// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct HexTests {
    @Test func `every byte survives the way to text and back`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.encode([0x00, 0x0F, 0xA9, 0xFF]) == "000fa9ff")
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "abc", "AB", "0G", "0x", " 00", "00 ", "é0", "０0", "\u{0}0"])
    func `other texts than its own are refused`(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
