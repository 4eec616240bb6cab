// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Foundation
import Ledger
import LogFormat
import Merkle
import SignedNotes
import TestSupport
import Testing

/// The chain and the tree of a log, told anew with nothing but SHA-256 and the sentences of RFC 6962.
@Suite struct `A log by its definition` {
    @Test func `its chain and its signed root are those of the naive model`() throws {
        var fixture = try LedgerFixture()
        // Several groups from one queue, and journals that fill up.
        fixture.options.mostGroupBytes = 4000
        fixture.options.commitJournalBytes = 12_000
        let storage = MemoryStorage()
        var random = SystemRandomNumberGenerator()
        for boot in 0..<4 {
            let ledger = try fixture.openWithoutThreads(storage)
            for _ in 0..<Int.random(in: 0...9, using: &random) {
                for _ in 0..<Int.random(in: 1...9, using: &random) {
                    ledger.append(
                        unattended: SystemRecord.logStop(
                            uid: ledger.newRecord().uid, time: fixture.clock.now, cause: .shutdown))
                }
                ledger.writeWaiting()
            }
            // Ended in order, or killed and replayed.
            if boot.isMultiple(of: 2) { #expect(ledger.close() == nil) }
        }
        let ledger = try fixture.openWithoutThreads(storage)
        #expect(ledger.close() == nil)

        let leaves = try storage.leaves()
        var previous = [UInt8](repeating: 0, count: 32)
        for (index, leaf) in leaves.enumerated() {
            let json = try #require(
                JSONSerialization.jsonObject(with: Data(leaf)) as? [String: Any])
            let log = try #require(json["written"] as? [String: Any])
            #expect(log["index"] as? Int == index)
            #expect(log["prev"] as? String == Data(previous).base64EncodedString())
            previous = Self.hash([0] + leaf)
        }
        // Every checkpoint that was published: size and root of the leaves up to it.
        let (notes, length) = CheckpointJournal.scan(storage.files[.checkpointJournal] ?? [])
        #expect(length == storage.files[.checkpointJournal]?.count)
        #expect(notes.count > 3)
        for note in notes {
            let lines = String(decoding: note, as: UTF8.self).split(separator: "\n")
            let size = try #require(Int(lines[1]))
            #expect(size <= leaves.count)
            #expect(lines[2] == Data(Self.tree(leaves[..<size])).base64EncodedString())
        }
        #expect(ledger.status.size == TreeSize(UInt64(leaves.count)))
    }

    /// MTH of RFC 6962 §2.1.
    private static func tree(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return hash(leaves.first.map { [0] + $0 } ?? []) }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return hash([1] + tree(leaves.prefix(left)) + tree(leaves.dropFirst(left)))
    }

    private static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
