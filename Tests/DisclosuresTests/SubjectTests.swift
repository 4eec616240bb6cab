// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Merkle
import Testing

@Suite struct SubjectTests {
    @Test("A subject id survives its text, and no other text is one")
    func text() throws {
        var randomness = BufferedRandomness(source: .kernel)
        for _ in 0..<200 {
            let id = SubjectID(randomness: &randomness)
            #expect(id.text.utf8.count == 20)
            #expect(id.text.hasPrefix("sub_"))
            #expect(SubjectID(id.text) == id)
        }
        #expect(SubjectID("anonymous") == .anonymous)
        #expect(SubjectID("tenant") == .tenant)
        for text in [
            "", "sub_", "sub_000000000000000", "sub_00000000000000000", "sub_000000000000000i",
            "sub_000000000000000A", "Tenant", "xub_0000000000000000",
        ] {
            #expect(SubjectID(text) == nil)
        }
        #expect(SubjectID("sub_zzzzzzzzzzzzzzzz")?.text == "sub_zzzzzzzzzzzzzzzz")
        #expect(SubjectID("sub_0123456789abcdef")?.text == "sub_0123456789abcdef")
    }

    @Test("A lookup tells issuer and subject apart and needs the secret")
    func lookup() {
        let secret = SymmetricKey(data: [UInt8](repeating: 1, count: 32))
        let other = SymmetricKey(data: [UInt8](repeating: 2, count: 32))
        let one = SubjectKey.lookup(issuer: "a", subject: "bc", directorySecret: secret)
        #expect(one == SubjectKey.lookup(issuer: "a", subject: "bc", directorySecret: secret))
        #expect(one != SubjectKey.lookup(issuer: "ab", subject: "c", directorySecret: secret))
        #expect(one != SubjectKey.lookup(issuer: "a", subject: "bc", directorySecret: other))
    }

    @Test("A period is the month in UTC")
    func period() throws {
        let last = try #require(UTCInstant(rfc3339: "2026-11-30T23:59:59.999999Z"))
        let first = UTCInstant(microseconds: last.microseconds + 1)
        #expect(Period(of: last).text == "2026-11")
        #expect(Period(of: first).text == "2026-12")
        #expect(Period(of: last) < Period(of: first))
        #expect(Period("0000-01".utf8)?.text == "0000-01")
        #expect(Period("9999-12".utf8)?.text == "9999-12")
        for text in ["", "2026-00", "2026-13", "2026-1", "2026/11", "2026-111", "+026-11"] {
            #expect(Period(text.utf8) == nil)
        }
    }

    @Test("Buffered randomness never repeats, across refills")
    func randomness() {
        var randomness = BufferedRandomness(source: .kernel)
        var seen: Set<UInt64> = []
        for _ in 0..<2000 { seen.insert(randomness.word()) }
        #expect(seen.count == 2000)
        #expect(randomness.salt() != randomness.salt())
        for count in [0, 1, 7, 8, 9, 255, 256, 257] {
            #expect(randomness.bytes(count).count == count)
        }
    }

    @Test("Reproducible randomness repeats for one seed and differs for two")
    func reproducible() {
        var one = BufferedRandomness(source: .reproducible(seed: 1))
        var same = BufferedRandomness(source: .reproducible(seed: 1))
        var other = BufferedRandomness(source: .reproducible(seed: 2))
        for _ in 0..<1500 {
            let word = one.word()
            #expect(word == same.word())
            #expect(word != other.word())
        }
    }
}
