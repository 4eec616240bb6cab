// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Foundation
import Ledger
import LedgerFiles
import LogFormat
import Merkle
import SignedNotes
import Testing

@Suite("A log on a real disk")
struct DiskLogTests {
    @Test("Closed and opened again it goes on where it was and names the boot before")
    func reopened() throws {
        let disk = try DiskLog()
        let first = try disk.run(records: 300)
        let claim = try first.status.claim()
        #expect(claim.size == first.status.size)
        // log.start, 300 records, a heartbeat, log.stop.
        #expect(claim.size == TreeSize(303))
        let entries = try disk.read("log/segments/00000000/entries")
        #expect(try disk.read("log/checkpoint") == first.status.checkpoint)

        let ledger = try disk.open()
        #expect(ledger.recovery.replayedRecords == 0 && ledger.recovery.discardedBytes == 0)
        #expect(ledger.recovery.rebuiltFrom == nil)
        #expect(ledger.status.size == TreeSize(304))
        #expect(ledger.close() == nil)
        // What was there is untouched: the root of that size is the same.
        #expect(try disk.read("log/segments/00000000/entries").starts(with: entries))
        var frontier = Frontier()
        let records = try disk.records()
        for record in records.prefix(303) { frontier.append(LeafHash(of: record.leaf)) { _, _ in } }
        #expect(frontier.root() == claim.root)
        let start = records[303]
        #expect(start.action == "log.start")
        #expect(start.value[path: "previous", "boot"]?.string == first.boot)
        #expect(start.value[path: "previous", "last_seq"]?.integer == 303)
    }

    @Test("Everything lies where directory.md says, readable by its owner only")
    func layout() throws {
        let disk = try DiskLog()
        try disk.run(records: 300)
        try disk.run()
        let folders = ["keys/", "segments/", "segments/00000000/", "tree/"]
        let files = [
            "checkpoint", "checkpoints", "commits.0", "commits.1", "keys/directory",
            "keys/periods", "keys/subjects", "lock", "segments/00000000/disclosures",
            "segments/00000000/entries", "segments/00000000/offsets", "tree/0", "tree/1",
        ]
        #expect(try disk.contents(of: "log") == (folders + files).sorted())
        for folder in ["log", "state"] + folders.map({ "log/" + $0 }) {
            #expect(try disk.mode(folder) == 0o700, "\(folder)")
        }
        for file in files.map({ "log/" + $0 }) + ["key", "state/checkpoint.slots"] {
            #expect(try disk.mode(file) == 0o600, "\(file)")
        }
        let page = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Docs/Formats/directory.md").standardized,
            encoding: .utf8)
        let block = page.split(separator: "```")[1].split { $0.isWhitespace }
        for file in files {
            let isNamed = block.contains { $0 == file || "segments/00000000/\($0)" == file }
            #expect(isNamed, "directory.md does not name \(file)")
        }
        #expect(page.contains("checkpoint.slots"))
    }

    @Test("The state folder and those above it are made where there are none")
    func foldersAreMade() throws {
        let disk = try DiskLog()
        try disk.run(log: "a/b/log", state: "c/d/state")
        #expect(try disk.mode("a") == 0o700)
        #expect(try disk.read("c/d/state/checkpoint.slots").count == 2 * StateSlots.slotLength)
    }

    @Test("A second writer is refused for as long as the first holds the log")
    func locked() throws {
        let disk = try DiskLog()
        let ledger = try disk.open()
        let fault = #expect(throws: DirectoryFault.self) { _ = try disk.storage() }
        #expect(fault?.code == .locked)
        #expect(fault?.description.contains("Stop it first") == true)
        // Another log with a state folder of its own is nobody's concern.
        #expect(throws: Never.self) { try disk.run(log: "other", state: "other-state") }
        #expect(ledger.close() == nil)
    }

    @Test("The lock goes with its holder")
    func unlocked() throws {
        let disk = try DiskLog()
        for _ in 0..<3 { try disk.run() }
        #expect(try disk.records().count == 12)
    }

    @Test("A new file left over from a replacement that was cut short does no harm")
    func leftovers() throws {
        let disk = try DiskLog()
        let first = try disk.run()
        let secret = try disk.read("log/keys/directory")
        for name in ["log/checkpoint.new", "log/keys/directory.new"] {
            try disk.write(Array("half".utf8), to: name)
        }
        let second = try disk.run()
        #expect(second.status.size.count == first.status.size.count + 4)
        #expect(try disk.read("log/checkpoint") == second.status.checkpoint)
        #expect(try disk.read("log/keys/directory") == secret)
        #expect(!disk.exists("log/checkpoint.new"))
    }

    @Test("A file in the place of the log directory is told as what it is")
    func notAFolder() throws {
        let disk = try DiskLog()
        try disk.write([], to: "log")
        let fault = #expect(throws: DirectoryFault.self) { _ = try disk.storage() }
        #expect(fault?.code == .notMade)
        #expect(fault?.description.contains("or choose another") == true)
    }

    @Test("A folder in the place of a file is told by the file's name")
    func notAFile() throws {
        let disk = try DiskLog()
        try disk.run()
        try disk.remove("log/checkpoints")
        try FileManager.default.createDirectory(
            at: disk.url("log/checkpoints"), withIntermediateDirectories: false)
        let fault = #expect(throws: OpenFault.self) { _ = try disk.open() }
        #expect(fault?.code == .storage)
        #expect(fault?.description.contains("checkpoints: not a file") == true)
    }

    @Test(
        "A directory that may not be written is told with what to do",
        .enabled(if: geteuid() != 0, "root may write everywhere"))
    func readOnly() throws {
        let disk = try DiskLog()
        try FileManager.default.createDirectory(
            at: disk.url("log"), withIntermediateDirectories: false)
        try disk.setMode(0o500, of: "log")
        let fault = #expect(throws: DirectoryFault.self) { _ = try disk.storage() }
        #expect(fault?.code == .notMade)
        #expect(fault?.description.contains("owned by the user") == true)
    }
}
