// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import TestSupport
import Testing

@Suite struct `Values of records` {
    private func record(_ log: LedgerLog, _ index: UInt64) throws -> Record {
        try Record(leaf: log.leaves[Int(index)])
    }

    @Test func `are opened where they may be seen, and nothing else is`() throws {
        let log = try LedgerLog(2)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        var open = ValueReader(opening: snapshot)
        var sealed = ValueReader(sealing: snapshot)
        #expect(open.isOpen && !sealed.isOpen)
        // The start of the log is record 0.
        for (index, path) in [(1, "/v1/invoices/0"), (2, "/v1/invoices/1")] as [(UInt64, String)] {
            let record = try record(log, index)
            let values = try open.values(of: record, at: LeafIndex(index))
            #expect(values.path == path)
            #expect(values.address == "203.0.113.7")
            #expect(values.names == [])
            #expect(Record.hasValues(record.leaf))
            #expect(try sealed.values(of: record, at: LeafIndex(index)).json == nil)
        }
        let start = try record(log, 0)
        #expect(!Record.hasValues(start.leaf))
        #expect(try open.values(of: start, at: LeafIndex(0)).json == nil)
    }

    @Test func `stay sealed where the keys are not beside the log`() throws {
        let log = try LedgerLog(1)
        try log.directory.forgetCommitJournal()
        try log.directory.remove("keys/subjects")
        let snapshot = try LogSnapshot(directory: log.directory.path)
        #expect(try !snapshot.hasKeys())
        var reader = ValueReader(opening: snapshot)
        #expect(try reader.values(of: try record(log, 1), at: LeafIndex(1)).json == nil)
    }

    @Test func `name the actor by whatever vouched for them, and a claim only as such`() {
        func values(_ members: [String: String]) -> RecordValues {
            RecordValues(members: members.map { JSONMember($0, .string($1)) })
        }
        #expect(values(["actor.email": "a@b", "actor.subject": "u-1"]).name == "u-1")
        #expect(values(["actor.name": "Alice", "actor.subject": "u-1"]).name == "Alice")
        let claimed = values(["actor.claimed.subject": "u-2"])
        #expect(claimed.name == nil)
        #expect(claimed.claimedName == "u-2")
        #expect(claimed.names == ["u-2"])
        #expect(RecordValues.none.json == nil)
    }
}
