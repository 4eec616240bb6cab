// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct UniqueIDTests {
    @Test func `the example of RFC 9562 appendix A.6 comes out`() {
        let id = UniqueID(
            at: UTCInstant(microseconds: 0x017F_22E2_79B0 * 1000),
            random: (0xCC3, 0x18C4_DC0C_0C07_398F << 2))
        #expect(id.text == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(UniqueID(id.text) == id)
    }

    @Test func `version and variant stand whatever the random bits are`() {
        for random in [UInt64.min, .max] {
            let id = UniqueID(at: UTCInstant(microseconds: 0), random: (random, random))
            #expect(id.high >> 12 & 15 == 7)
            #expect(id.low >> 62 == 2)
            #expect(UniqueID(id.text) == id)
        }
    }

    @Test func `what somebody types may have large letters, what records have may not`() {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        #expect(UniqueID(typed: text.uppercased())?.text == text)
        #expect(UniqueID(typed: text)?.text == text)
        #expect(UniqueID(text.uppercased()) == nil)
        #expect(UniqueID(typed: text + " ") == nil)
    }

    @Test func `texts sort by time`() {
        let early = UniqueID(at: UTCInstant(microseconds: 1_000_000), random: (.max, .max))
        let late = UniqueID(at: UTCInstant(microseconds: 1_001_000), random: (0, 0))
        #expect(early.text < late.text)
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017F22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-78c4-dc0c0c07398f", "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017f22e279b0-7cc3-98c4-dc0c0c07398f-", "017f22e2_79b0-7cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    ])
    func `other texts than its own are refused`(text: String) {
        #expect(UniqueID(text) == nil)
    }
}
