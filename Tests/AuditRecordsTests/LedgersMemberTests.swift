// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Merkle
import Testing

/// `LedgersMemberIsLast`: what the ledger writes stands behind all else, so that the rest can be hashed before.
struct LedgersMemberTests {
    @Test func `no member that a record may have sorts behind the ledger's`() {
        let names = RecordSchema.root.members.map(\.name)
        #expect(names.contains(RecordDraft.ledgerMember))
        #expect(names.allSatisfy { $0 <= RecordDraft.ledgerMember })
    }

    @Test func `a leaf without the hash before it is the whole one with 44 other bytes`() throws {
        let access = try Sample.access().draft(
            host: Array("example.com".utf8).span, producer: try Sample.producer())
        let system = SystemRecord.heartbeat(
            uid: try #require(Sample.uid), time: Sample.time, counters: HeartbeatCounters(),
            clock: ClockFacts(
                source: "system", offsetMicroseconds: nil, errorMicroseconds: nil,
                isSynchronized: false), durability: .synced
        ).draft(producer: try Sample.producer())
        let previous = LeafHash(of: [1, 2, 3]).hash
        for draft in [access, system] {
            var open: [UInt8] = [9, 9, 9]
            let member = LedgersMember(encodedOrigin: Sample.origin, time: Sample.time)
            let hole = member.complete(
                draft.bytes, draft.range, index: LeafIndex(5), sequence: 3, into: &open)
            var whole: [UInt8] = [9, 9, 9]
            draft.complete(
                index: LeafIndex(5), encodedOrigin: Sample.origin, previous: previous,
                time: Sample.time, sequence: 3, into: &whole)
            #expect(open.count == whole.count)
            #expect(open[..<hole] == whole[..<hole])
            #expect(open[(hole + 44)...] == whole[(hole + 44)...])
            // Two blocks of SHA-256 hold all that follows, most of the time.
            #expect(whole.count - hole < 110)
            previous.storeBase64(at: hole, of: &open)
            #expect(open == whole)
            let record = try Record(leaf: Array(whole[3...]))
            #expect(record.faults.isEmpty)
            #expect(record.previous == previous)
            #expect(record.value.members?.last?.name == RecordDraft.ledgerMember)
        }
    }
}
