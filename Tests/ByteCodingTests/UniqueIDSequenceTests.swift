// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Synchronization
import Testing

struct UniqueIDSequenceTests {
    private let noon = UTCInstant(microseconds: 1_795_000_000_000_000)

    @Test(arguments: [0, 1, 499, 500, 999, 1000, 1_000_001] as [Int64])
    func `an id holds the millisecond of its time`(after: Int64) {
        let time = UTCInstant(microseconds: noon.microseconds + after)
        let id = UniqueIDSequence().next(at: time, random: .max)
        #expect(id.high >> 16 == UInt64(time.microseconds / 1000))
        #expect(id.high >> 12 & 15 == 7)
        #expect(id.low >> 62 == 2)
        #expect(UniqueID(id.text) == id)
    }

    @Test func `ids are in order while the clock stands still or goes back`() {
        let sequence = UniqueIDSequence()
        let steps: [Int64] = [0, 0, 0, 1, 1, -1, -3_600_000_000, 0, 2, 1_000_000, 999_999]
        var texts = steps.map { step in
            sequence.next(
                at: UTCInstant(microseconds: noon.microseconds + step),
                random: .random(in: 0...(.max))
            ).text
        }
        for _ in 0..<10_000 { texts.append(sequence.next(at: noon, random: 0).text) }
        for (one, next) in zip(texts, texts.dropFirst()) { #expect(one < next) }
    }

    @Test func `a microsecond later is a larger id, whatever the random bits`() {
        for start in Int64(0)..<1000 {
            let early = UTCInstant(microseconds: noon.microseconds + start)
            let late = UTCInstant(microseconds: early.microseconds + 1)
            let one = UniqueIDSequence().next(at: early, random: .max)
            #expect(one.text < UniqueIDSequence().next(at: late, random: 0).text)
        }
    }

    @Test func `no two of several threads get the same place`() async {
        let sequence = UniqueIDSequence()
        let noon = noon
        let places = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<2000).map { _ in sequence.next(at: noon, random: 0).high } }
            }
            var all: [UInt64] = []
            for await some in group {
                for (one, next) in zip(some, some.dropFirst()) { #expect(one < next) }
                all += some
            }
            return all
        }
        #expect(Set(places).count == 8000)
    }
}
