// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import LogFormat
import Merkle
import Testing

@Suite struct KeySlotTests {
    private func live(_ id: SubjectID, seed: UInt64 = 1) -> SubjectSlot {
        var randomness = BufferedRandomness(source: .reproducible(seed: seed))
        let lookup = Hash256(SHA256.hash(data: Array(id.text.utf8)))
        return SubjectSlot(
            SubjectKey(id: id, lookup: lookup, randomness: &randomness), created: SampleKeys.time)
    }

    @Test("A live slot comes back as it was written, key and lookup included")
    func liveSlot() throws {
        let id = try #require(SubjectID("sub_0123456789abcdef"))
        let slot = live(id)
        #expect(slot.bytes.count == KeySlot.byteCount)
        let read = try SubjectSlot(slot.bytes[...])
        #expect(read.id == id)
        #expect(read.state == .live)
        #expect(read.created == SampleKeys.time)
        #expect(read.key?.lookup == slot.key?.lookup)
        #expect(read.bytes == slot.bytes)
    }

    @Test("A destroyed slot keeps the id and nothing else")
    func destroyed() throws {
        let id = try #require(SubjectID("sub_0123456789abcdef"))
        let bytes = SubjectSlot(destroyed: id, created: SampleKeys.time).bytes
        #expect(bytes[38..<102].allSatisfy { $0 == 0 })
        let read = try SubjectSlot(bytes[...])
        #expect(read.id == id)
        #expect(read.state == .destroyed)
        #expect(read.key == nil)
        #expect(read.bytes == bytes)
    }

    @Test("Periods have slots of the same form under another magic")
    func periods() throws {
        let slot = PeriodSlot(try SampleKeys.period(), created: SampleKeys.time)
        let read = try PeriodSlot(slot.bytes[...])
        #expect(read.id.text == "2026-11")
        #expect(read.bytes == slot.bytes)
        let gone = PeriodSlot(destroyed: slot.id, created: SampleKeys.time)
        #expect(try PeriodSlot(gone.bytes[...]).state == .destroyed)
        #expect(throws: KeySlot.Fault.badMagic) { _ = try SubjectSlot(slot.bytes[...]) }
    }

    @Test("A change of any byte of a slot is noticed")
    func tamper() throws {
        let bytes = live(.tenant).bytes
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            #expect(throws: KeySlot.Fault.self) { _ = try SubjectSlot(changed[...]) }
        }
    }

    @Test("An image finds every slot and every fault")
    func image() throws {
        let person = try #require(SubjectID("sub_0123456789abcdef"))
        var broken = live(.anonymous).bytes
        broken[80] ^= 1
        let file =
            live(.tenant).bytes + SubjectSlot(destroyed: person, created: SampleKeys.time).bytes
            + broken + live(.tenant, seed: 2).bytes + [1, 2, 3]
        let image = KeyStoreImage<SubjectSlot>(file)
        #expect(image.count == 4)
        #expect(image.slots.count == 2)
        #expect(image.slots[.tenant]?.position == 0)
        #expect(image.slots[person]?.slot.state == .destroyed)
        #expect(
            image.faults == [
                .init(kind: .badSlot(.badChecksum), position: 2),
                .init(kind: .duplicate, position: 3),
                .init(kind: .torn, position: 4),
            ])
        let empty = KeyStoreImage<PeriodSlot>([])
        #expect(empty.slots.isEmpty && empty.faults.isEmpty && empty.count == 0)
    }
}
