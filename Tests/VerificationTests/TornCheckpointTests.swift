// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import TestSupport
import Testing
import Verification

@Suite struct `A checkpoint that a power cut tore` {
    /// The last note of `checkpoints` with zeros from a place on: its length was written, and not all of its sectors.
    private func tear(_ directory: TestDirectory) throws {
        try directory.tamper("checkpoints") { bytes in
            let last = CheckpointJournal.scan(bytes).notes.last ?? []
            for place in (last.startIndex + 60)..<last.endIndex { bytes[place] = 0 }
        }
    }

    @Test func `is no finding while nothing says that it was published`() async throws {
        let log = try LedgerLog(2, 2)
        try tear(log.directory)
        // What was published is the one before.
        let notes = CheckpointJournal.scan(try log.directory.read("checkpoints")).notes
        try log.directory.write(Array(notes[notes.count - 2]), to: "checkpoint")
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes.isEmpty)
        #expect(report.findings.contains { $0.code == .tornJournalEnd })
    }

    @Test func `is damage where it was published`() async throws {
        let log = try LedgerLog(2, 2)
        try tear(log.directory)
        let report = try await verify(log.directory, [log.key])
        #expect(report.codes.contains(.checkpointUnreadable))
    }
}
