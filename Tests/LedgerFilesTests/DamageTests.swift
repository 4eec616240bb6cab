// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Ledger
import LedgerFiles
import LogFormat
import Merkle
import SignedNotes
import Testing

@Suite("A log that was replaced or damaged does not open")
struct DamageTests {
    let disk: DiskLog

    init() throws { disk = try DiskLog() }

    /// Expects that opening refuses, and that it says what to do.
    private func refuses(
        _ code: OpenFault.Code, _ remedy: String, log: String = "log", state: String = "state",
        _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let fault = #expect(throws: OpenFault.self, comment, sourceLocation: sourceLocation) {
            _ = try disk.open(log: log, state: state)
        }
        #expect(fault?.code == code, comment, sourceLocation: sourceLocation)
        #expect(
            fault?.description.contains(remedy) == true, "\(fault?.description ?? "opened")",
            sourceLocation: sourceLocation)
    }

    @Test("An older copy is a rollback")
    func rolledBack() throws {
        try disk.run()
        try disk.copy("log", to: "older")
        try disk.run()
        refuses(.rolledBack, "Restore the newest copy", log: "older")
        // The newest one still opens, and a refused opening has changed nothing.
        refuses(.rolledBack, "Restore the newest copy", log: "older")
        #expect(throws: Never.self) { try disk.run() }
    }

    @Test("An empty directory is a rollback, too")
    func emptied() throws {
        try disk.run()
        try disk.remove("log")
        refuses(.rolledBack, "The log has 0 records")
    }

    @Test("Another history under the same key is a fork, however long it is")
    func forked() throws {
        try disk.run()
        try disk.copy("log", to: "fork")
        try disk.copy("state", to: "fork-state")
        try disk.run()
        try disk.run(records: 20, log: "fork", state: "fork-state")
        refuses(.forked, "Keep both", log: "fork")
        #expect(throws: Never.self) { try disk.run() }
    }

    @Test("A copy without the state file may be older: nobody opens it unasked, new or old")
    func withoutState() throws {
        try disk.run()
        try disk.copy("log", to: "older")
        try disk.run()
        refuses(.rolledBack, "countersign log adopt", log: "older", state: "new-state")
        refuses(.rolledBack, "countersign log adopt", state: "new-state")
        // A refused opening has not made up a memory.
        refuses(.rolledBack, "countersign log adopt", state: "new-state")
        #expect(throws: Never.self) { try disk.run() }
    }

    @Test("A state file of another log is refused, not overwritten")
    func foreignState() throws {
        try disk.run()
        let other = try #require(KeyName("audit.example.com/other"))
        let before = try disk.read("state/checkpoint.slots")
        let fault = #expect(throws: OpenFault.self) {
            _ = try disk.open(
                disk.storage(log: "other"),
                signer: NoteSigner(name: other, key: Curve25519.Signing.PrivateKey()),
                origin: LogOrigin(other))
        }
        #expect(fault?.code == .foreignOrigin)
        #expect(fault?.description.contains("log.state") == true)
        #expect(try disk.read("state/checkpoint.slots") == before)
    }

    @Test("One spoilt slot of the state file leaves the other")
    func spoiltSlot() throws {
        try disk.run()
        try disk.copy("log", to: "older")
        try disk.run(records: 5)
        for slot in 0..<StateSlots.count {
            try disk.copy("state", to: "state-\(slot)")
            try disk.tamper("state-\(slot)/checkpoint.slots") { bytes in
                for place in 40..<100 { bytes[slot * StateSlots.slotLength + place] = 0x41 }
            }
            refuses(.rolledBack, "Restore the newest copy", log: "older", state: "state-\(slot)")
        }
    }

    @Test("A changed byte anywhere in the entries is found")
    func changedEntry() throws {
        try disk.run(records: 3)
        let name = "log/segments/00000000/entries"
        let count = try disk.read(name).count
        for position in [0, 1, 2, 3, count / 3, count / 2, count - 2, count - 1] {
            try disk.tamper(name) { $0[position] ^= 0x01 }
            refuses(.damaged, "estore the", "byte \(position)")
            try disk.tamper(name) { $0[position] ^= 0x01 }
        }
        #expect(throws: Never.self) { try disk.run() }
    }

    @Test("Entries that were cut off are found")
    func cutEntries() throws {
        try disk.run(records: 3)
        for cut in [1, 100, 5000] {
            try disk.copy("log", to: "cut-\(cut)")
            try disk.tamper("cut-\(cut)/segments/00000000/entries") { $0.removeLast(cut) }
            // Without the commit journal, which has them.
            for name in try disk.contents(of: "cut-\(cut)") where name.hasPrefix("commits") {
                try disk.tamper("cut-\(cut)/\(name)") { $0 = [] }
            }
            refuses(.damaged, "Restore the segment", log: "cut-\(cut)")
        }
    }

    @Test("A published checkpoint that was cut short is published again")
    func cutCheckpoint() throws {
        let before = try disk.run()
        for length in [0, 1, 50] {
            try disk.tamper("log/checkpoint") { $0 = Array($0.prefix(length)) }
            let after = try disk.run()
            #expect(after.status.size.count > before.status.size.count)
            #expect(try disk.read("log/checkpoint") == after.status.checkpoint)
        }
    }

    @Test("The journal of checkpoints may end within a note; the commit journal has the rest")
    func cutCheckpointJournal() throws {
        let before = try disk.run(records: 3)
        try disk.tamper("log/checkpoints") { $0.removeLast(7) }
        let after = try disk.run()
        let journal = try disk.read("log/checkpoints")
        let (notes, length) = CheckpointJournal.scan(journal)
        #expect(length == journal.count)
        // The one that was cut is whole again, and the log has gone on from it.
        #expect(notes.contains { Array($0) == before.status.checkpoint })
        #expect(notes.last.map { Array($0) } == after.status.checkpoint)
    }

    @Test("Checkpoints that are missing along with the commit journal are a rollback or damage")
    func noCheckpoints() throws {
        try disk.run(records: 3)
        for commits in ["log/commits.0", "log/commits.1"] where disk.exists(commits) {
            try disk.remove(commits)
        }
        try disk.copy("log", to: "short")
        try disk.remove("short/checkpoint")
        try disk.tamper("short/checkpoints") { $0.removeLast(7) }
        refuses(.rolledBack, "Restore the newest copy", log: "short")
        try disk.tamper("short/checkpoints") { $0 = [] }
        refuses(.rolledBack, "Restore the newest copy", log: "short")
        // Nothing remembers it, but the entries are there and nothing vouches for them.
        refuses(.damaged, "no checkpoint covers", log: "short", state: "new-state")
    }

    @Test("A checkpoint with a changed byte is not believed")
    func changedCheckpoint() throws {
        try disk.run()
        let (notes, _) = CheckpointJournal.scan(try disk.read("log/checkpoints"))
        let last = try #require(notes.last)
        // Its root, and the last but one character of its signature.
        for position in [last.startIndex + 35, last.endIndex - 4] {
            let byte = last[position]
            let other = byte == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            try disk.tamper("log/checkpoints") { $0[position] = other }
            refuses(.untrustedCheckpoint, "countersign verify")
            try disk.tamper("log/checkpoints") { $0[position] = byte }
        }
        #expect(throws: Never.self) { try disk.run() }
    }

    @Test("Damaged keys are told by their file")
    func keys() throws {
        try disk.run()
        for (name, remedy) in [
            ("keys/subjects", "keys/subjects"), ("keys/periods", "keys/periods"),
            ("keys/directory", "keys/directory has"),
        ] {
            let copy = name.replacing("/", with: "-")
            try disk.copy("log", to: copy)
            try disk.tamper("\(copy)/\(name)") { bytes in
                bytes[bytes.count / 2] ^= 1
                bytes.removeLast(name == "keys/directory" ? 1 : 0)
            }
            refuses(.damaged, remedy, log: copy)
        }
    }

    @Test("Derived files are made anew, whatever was in them", arguments: ["changed", "gone"])
    func derived(how: String) throws {
        try disk.run(records: 300)
        let files = ["log/tree/0", "log/tree/1", "log/segments/00000000/offsets"]
        let before = try files.map(disk.read)
        for file in files {
            if how == "gone" { try disk.remove(file) } else { try disk.tamper(file) { $0[5] ^= 1 } }
        }
        try disk.run()
        for (file, bytes) in zip(files, before) {
            #expect(try disk.read(file).starts(with: bytes), "\(file)")
        }
    }
}
