// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import TestSupport
import Testing

@Suite struct `Storage that is only looked at` {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `shows what was written in front of what is there, and leaves that alone`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let (below, model) = (MemoryStorage(), MemoryStorage())
        let file = LogFile.checkpointJournal
        let start = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
        for storage in [below, model] { try storage.write(start[...], to: file, at: 0) }
        let before = below.operations.count
        let overlaid = OverlaidStorage(below)
        for _ in 0..<60 {
            let offset = Int.random(in: 0...80, using: &random)
            let bytes = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let count = try model.contents(of: file).count
                let length = Int.random(in: 0...count, using: &random)
                for storage in [overlaid, model] as [any LedgerStorage] {
                    try storage.truncate(file, to: length)
                }
            case 1 where bytes.count > 15:
                for storage in [overlaid, model] as [any LedgerStorage] {
                    try storage.replace(file, with: bytes)
                }
            default:
                for storage in [overlaid, model] as [any LedgerStorage] {
                    try storage.write(bytes[...], to: file, at: offset)
                }
            }
            #expect(try overlaid.contents(of: file) == model.contents(of: file))
            #expect(
                try overlaid.read(file, from: offset, count: 9)
                    == model.read(file, from: offset, count: 9))
        }
        #expect(below.operations.count == before)
        #expect(try below.contents(of: file) == start)
    }
}
