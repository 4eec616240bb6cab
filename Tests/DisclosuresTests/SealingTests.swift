// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import LogFormat
import Merkle
import Testing

@Suite struct SealingTests {
    private func disclosure(
        _ group: CommitGroup, _ text: String, subject: SubjectKey,
        _ randomness: inout BufferedRandomness
    ) -> Disclosure {
        Disclosure(
            group, value: .object([JSONMember("http.path", .string(text))]), subject: subject,
            salt: randomness.salt())
    }

    private func block(subject: SubjectKey) throws -> (bytes: [UInt8], disclosures: [Disclosure]) {
        var randomness = BufferedRandomness(source: .reproducible(seed: 1))
        var sealer = Sealer(start: SampleKeys.time, randomness: &randomness)
        let disclosures = [
            disclosure(.what, "/a", subject: subject, &randomness),
            disclosure(.what, "/b/é", subject: subject, &randomness),
        ]
        var bytes: [UInt8] = []
        try sealer.seal(disclosures, period: try SampleKeys.period(), into: &bytes)
        return (bytes, disclosures)
    }

    @Test("What is sealed opens to the same values, one block per subject and group")
    func roundTrip() throws {
        var randomness = BufferedRandomness(source: .kernel)
        var sealer = Sealer(start: SampleKeys.time, randomness: &randomness)
        let tenant = SampleKeys.subject()
        let person = SampleKeys.subject(SubjectID(randomness: &randomness), fill: 3)
        let disclosures = [
            disclosure(.what, "/1", subject: tenant, &randomness),
            disclosure(.what, "/2", subject: person, &randomness),
            disclosure(.where, "/3", subject: tenant, &randomness),
            disclosure(.what, "/4", subject: tenant, &randomness),
        ]
        var bytes: [UInt8] = []
        try sealer.seal(disclosures, period: try SampleKeys.period(), into: &bytes)
        let (blocks, fault) = DisclosureBlock.scan(bytes)
        #expect(fault == nil)
        #expect(blocks.map(\.commitments.count) == [2, 1, 1])
        #expect(blocks.map(\.group) == [.what, .what, .where])
        #expect(blocks.map(\.subject) == [.tenant, person.id, .tenant])
        #expect(blocks.last?.range.upperBound == bytes.count)
        var opened: [OpenedDisclosure] = []
        for block in blocks {
            let key = block.subject == .tenant ? tenant : person
            opened += try block.open(subject: key, period: try SampleKeys.period())
        }
        #expect(opened.allSatisfy { $0.matchesCommitment })
        #expect(
            opened.map(\.commitment)
                == [0, 3, 1, 2].map { disclosures[$0].commitment })
        #expect(opened.map(\.value) == [0, 3, 1, 2].map { Array(disclosures[$0].value) })
        #expect(opened.map(\.salt.bytes) == [0, 3, 1, 2].map { Array(disclosures[$0].salt) })
    }

    @Test("A change of any byte of a block is noticed")
    func tamper() throws {
        let subject = SampleKeys.subject()
        let (bytes, _) = try block(subject: subject)
        let period = try SampleKeys.period()
        for position in bytes.indices {
            for change: UInt8 in [0x01, 0x80] {
                var changed = bytes
                changed[position] ^= change
                #expect(throws: BlockFault.self) {
                    guard let block = try DisclosureBlock.read(changed, at: 0) else { return }
                    _ = try block.open(subject: subject, period: period)
                }
            }
        }
    }

    @Test("Another key, subject, period or group does not open a block")
    func wrongKeys() throws {
        let (bytes, _) = try block(subject: SampleKeys.subject())
        let block = try #require(try DisclosureBlock.read(bytes, at: 0))
        let period = try SampleKeys.period()
        #expect(throws: BlockFault(.notAuthentic, at: 0)) {
            _ = try block.open(subject: SampleKeys.subject(fill: 8), period: period)
        }
        #expect(throws: BlockFault(.notAuthentic, at: 0)) {
            _ = try block.open(
                subject: SampleKeys.subject(), period: try SampleKeys.period(fill: 8))
        }
        #expect(throws: BlockFault(.wrongKey, at: 0)) {
            _ = try block.open(subject: SampleKeys.subject(.anonymous), period: period)
        }
        #expect(throws: BlockFault(.wrongKey, at: 0)) {
            _ = try block.open(
                subject: SampleKeys.subject(), period: try SampleKeys.period("2026-12"))
        }
    }

    @Test("No nonce is used twice, within a start or across starts")
    func nonces() throws {
        var seen: Set<[UInt8]> = []
        let subject = SampleKeys.subject()
        for start in 0..<3 {
            var randomness = BufferedRandomness(source: .kernel)
            var sealer = Sealer(
                start: UTCInstant(microseconds: Int64(start)), randomness: &randomness)
            for _ in 0..<200 {
                var bytes: [UInt8] = []
                try sealer.seal(
                    [disclosure(.what, "/", subject: subject, &randomness)],
                    period: try SampleKeys.period(), into: &bytes)
                // After the fixed head of 10, "tenant" and "2026-11".
                #expect(seen.insert(Array(bytes[23..<35])).inserted)
            }
        }
        #expect(seen.count == 600)
    }

    @Test("A torn tail is told from the blocks before it, at every length")
    func torn() throws {
        let (one, _) = try block(subject: SampleKeys.subject())
        for kept in 0..<one.count {
            let (blocks, fault) = DisclosureBlock.scan(one + one[..<kept])
            #expect(blocks.count == 1)
            #expect(fault == (kept == 0 ? nil : BlockFault(.torn, at: one.count)))
        }
        let (blocks, fault) = DisclosureBlock.scan(one + [0, 0])
        #expect(blocks.count == 1)
        #expect(fault == BlockFault(.badMagic, at: one.count))
    }

    @Test("Blocks of impossible lengths are faults, not crashes")
    func badLengths() throws {
        for length: UInt8 in 0...60 {
            var bytes: [UInt8] = Array("CSD1".utf8) + [0, 0, 0, length, 3, 6]
            bytes += Array("tenant2026-11".utf8)
            bytes += [UInt8](repeating: 0xFF, count: 60)
            let (blocks, fault) = DisclosureBlock.scan(bytes)
            #expect(blocks.isEmpty)
            #expect(fault != nil)
        }
    }

    @Test("A disclosure keeps the marker of the segment it was sealed in")
    func marker() {
        var randomness = BufferedRandomness(source: .reproducible(seed: 2))
        let disclosure = disclosure(.what, "/", subject: SampleKeys.subject(), &randomness)
        #expect(disclosure.sealedInSegment == nil)
        disclosure.sealedInSegment = SegmentNumber(4)
        #expect(disclosure.sealedInSegment == SegmentNumber(4))
    }

    @Test("Keys forgotten are derived anew to the same blocks")
    func forget() throws {
        var randomness = BufferedRandomness(source: .reproducible(seed: 3))
        var sealer = Sealer(start: SampleKeys.time, randomness: &randomness)
        let subject = SampleKeys.subject()
        let period = try SampleKeys.period()
        var bytes: [UInt8] = []
        for round in 0..<3 {
            if round == 1 { sealer.forget(subject.id) }
            if round == 2 { sealer.forget(period.period) }
            try sealer.seal(
                [disclosure(.what, "/", subject: subject, &randomness)], period: period,
                into: &bytes)
        }
        let (blocks, fault) = DisclosureBlock.scan(bytes)
        #expect(fault == nil)
        #expect(blocks.count == 3)
        for block in blocks {
            #expect(
                try block.open(subject: subject, period: period).allSatisfy { $0.matchesCommitment }
            )
        }
    }

    @Test("Group codes have an inverse and name nothing else")
    func groupCodes() {
        for code in UInt8.min...UInt8.max {
            #expect(CommitGroup(code: code)?.code == ((1...4).contains(code) ? code : nil))
        }
    }
}
