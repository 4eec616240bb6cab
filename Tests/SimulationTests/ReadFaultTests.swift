// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Simulation
import TestSupport
import Testing

/// Whatever opening reads × a failure, a wrong bit: it refuses, or what it opens is the log as it was.
@Suite struct `Reading at the start` {
    @Test(arguments: 0..<8)
    func `A read that fails ends the opening and harms nothing`(number: Int) async throws {
        let story = try Stories.all[number]
        let judge = try Judge()
        for read in 0..<(try Self.reads(story)).count {
            let telling = try Self.tell(story, .failure(.system(5)), at: read)
            #expect(telling.refusal?.code == .storage, "read \(read)")
            try await judge.judge(telling.disk, story.told, "\(story.name), read \(read) fails")
        }
    }

    @Test(arguments: 1..<8)
    func `A wrong bit in what is read is never signed`(number: Int) async throws {
        let story = try Stories.all[number]
        let judge = try Judge()
        var random = SeededGenerator(seed: UInt64(number))
        var refusals = 0
        for (read, operation) in try Self.reads(story).enumerated() {
            guard operation.0 == .read else { continue }
            for _ in 0..<(MatrixForm.isFull ? 400 : 4) {
                let bit = Int(random.next() >> 2)
                let telling = try Self.tell(story, .flippedBit(bit), at: read)
                let name = operation.1.path ?? "state"
                if telling.refusal != nil { refusals += 1 }
                // Opened all the same: the log is as if nothing had been; refused: it still opens.
                try await judge.judge(
                    telling.disk, telling.book.told,
                    "\(story.name), bit \(bit) of read \(read), \(name)")
            }
        }
        #expect(refusals > 5)
    }

    /// The reads of a story's opening.
    private static func reads(_ story: Story) throws -> [(StorageFault.Operation, LogFile)] {
        let telling = try Telling(story)
        telling.tell([.open])
        return telling.disk.reads
    }

    private static func tell(
        _ story: Story, _ fault: MemoryStorage.ReadFault, at read: Int
    ) throws -> Telling {
        let telling = try Telling(story)
        telling.disk.injectReads { number, _, _ in number == read ? fault : nil }
        telling.tell([.open])
        telling.disk.injectReads(nil)
        telling.tell(Array(story.events.dropFirst()))
        return telling
    }
}
