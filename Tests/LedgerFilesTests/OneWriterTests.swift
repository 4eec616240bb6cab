// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Ledger
import LedgerFiles
import LogFormat
import SystemPackage
import TestSupport
import Testing

@Suite struct `One writer, whatever is done to files` {
    let disk: DiskLog

    init() throws { disk = try DiskLog() }

    private func remove(_ path: FilePath) throws {
        try FileManager.default.removeItem(atPath: path.string)
    }

    @Test func `a lock file that is removed lets nobody in`() throws {
        let first = try disk.storage()
        try remove(disk.log.appending("lock"))
        let fault = #expect(throws: DirectoryFault.self) { _ = try disk.storage() }
        #expect(fault?.code == .locked)
        // The kernel tells who it is, where it lets programs look.
        let isTold = FileManager.default.fileExists(atPath: "/proc/locks")
        let holder = isTold ? "Process \(getpid()) uses the log" : "Another process uses the log"
        #expect(fault?.description.hasPrefix(holder) == true, "\(fault?.description ?? "")")
        try withExtendedLifetime(first) { try first.confirm() }
    }

    @Test func `a copy of the log beside the same log.state lets nobody in`() throws {
        let first = try disk.storage()
        try disk.copy("log", to: "copy")
        let fault = #expect(throws: DirectoryFault.self) { _ = try disk.storage(log: "copy") }
        #expect(fault?.code == .locked)
        let text = fault?.description ?? ""
        #expect(text.contains(disk.state.string) && text.contains("Stop it first"), "\(text)")
        try remove(disk.state.appending("lock"))
        #expect(throws: DirectoryFault.self) { _ = try disk.storage(log: "copy") }
        try withExtendedLifetime(first) { try first.confirm() }
    }

    @Test func `a copy of everything but the signing key lets nobody in`() throws {
        let first = try disk.storage(key: disk.key)
        let fault = #expect(throws: DirectoryFault.self) {
            _ = try disk.storage(log: "copy", state: "copy-state", key: disk.key)
        }
        #expect(fault?.code == .locked)
        #expect(fault?.description.contains("signs with the key \(disk.key)") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `one folder may be both log directory and log.state`() throws {
        let both = try disk.storage(log: "both", state: "both")
        #expect(throws: DirectoryFault.self) { _ = try disk.storage(log: "both", state: "both") }
        withExtendedLifetime(both) {}
    }

    @Test func `a storage that is closed lets the next one in`() throws {
        let first = try disk.storage(key: disk.key)
        #expect(throws: DirectoryFault.self) { _ = try disk.storage(key: disk.key) }
        first.close()
        let second = try disk.storage(key: disk.key)
        withExtendedLifetime((first, second)) {}
    }

    @Test(arguments: [
        "commits.0", "commits.1", "checkpoints", "segments/00000000/entries", "keys/subjects",
        "tree/0",
    ])
    func `a file that is removed or replaced stops the log at the next publication`(
        name: String
    ) throws {
        for isReplaced in [false, true] {
            let disk = try DiskLog()
            // So that every file is there.
            try disk.run()
            let ledger = try disk.open()
            _ = try ledger.appendAndWait(disk.fixture.record(for: ledger), tally: .allowed)
            let path = disk.log.pushing(FilePath(name))
            guard FileManager.default.fileExists(atPath: path.string) else {
                // Which of the two files the commit journal begins with is the ledger's affair.
                #expect(name.hasPrefix("commits"))
                #expect(ledger.close() == nil)
                continue
            }
            let bytes = FileManager.default.contents(atPath: path.string)
            try remove(path)
            if isReplaced {
                #expect(FileManager.default.createFile(atPath: path.string, contents: bytes))
            }
            // It may have been noticed by now: then this one is refused.
            _ = Result {
                try ledger.appendAndWait(disk.fixture.record(for: ledger), tally: .allowed)
            }
            let poisoned = try #require(ledger.close(), "\(name) was not missed")
            guard case .publish(let fault) = poisoned.cause else {
                Issue.record("\(poisoned)")
                continue
            }
            #expect(fault.cause == .replaced)
            #expect(fault.file.path == name)
        }
    }

    @Test func `a directory that is moved stops the log, and the one in its place is free`() throws
    {
        let ledger = try disk.open()
        try FileManager.default.moveItem(
            atPath: disk.log.string, toPath: disk.path("moved").string)
        let poisoned = try #require(ledger.close())
        guard case .publish(let fault) = poisoned.cause else {
            Issue.record("\(poisoned)")
            return
        }
        // A publication that was under way looks for the file by its name.
        #expect(fault.cause == .moved || fault.cause == .system(ENOENT))
    }
}

@Suite struct `What lies in the place of a log's file` {
    let disk: DiskLog

    init() throws { disk = try DiskLog() }

    @Test(arguments: [
        "checkpoint", "checkpoints", "commits.0", "keys/subjects", "keys/periods",
        "keys/directory", "segments/00000000/entries", "segments/00000000/disclosures",
        "segments/00000000/offsets", "tree/0",
    ])
    func `is named when it is a folder or a pipe`(name: String) throws {
        for isFolder in [true, false] {
            let disk = try DiskLog()
            try disk.run(records: 3)
            let path = disk.log.pushing(FilePath(name)).string
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            if isFolder {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: false)
            } else {
                #expect(mkfifo(path, 0o600) == 0)
            }
            let fault = #expect(throws: OpenFault.self) { _ = try disk.open() }
            #expect(fault?.code == .storage)
            let text = fault?.description ?? ""
            #expect(text.contains(name) && text.contains("not a file"), "\(text)")
        }
    }
}

@Suite struct `Who may read a log's files` {
    let disk: DiskLog

    init() throws { disk = try DiskLog() }

    private func mode(_ path: FilePath) -> UInt32 {
        var status = stat()
        return stat(path.string, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func `is their owner alone`() throws {
        try disk.run(records: 2)
        for name in ["checkpoint", "checkpoints", "commits.1", "keys/subjects", "tree/0"] {
            #expect(mode(disk.log.pushing(FilePath(name))) == 0o600, "\(name)")
        }
        for name in ["segments", "segments/00000000", "keys"] {
            #expect(mode(disk.log.pushing(FilePath(name))) == 0o700, "\(name)")
        }
    }

    @Test func `stays whom the operator let in`() throws {
        try disk.run(records: 2)
        #expect(chmod(disk.log.appending("checkpoint").string, 0o640) == 0)
        try disk.run(records: 2)
        #expect(mode(disk.log.appending("checkpoint")) == 0o640)
    }

    @Test func `is, for new files and folders, whoever may read their folder`() throws {
        let storage = try disk.storage()
        #expect(chmod(disk.log.string, 0o750) == 0)
        #expect(chmod(disk.log.appending("segments").string, 0o750) == 0)
        try storage.replace(.checkpoint, with: [1])
        try storage.write([1][...], to: .checkpointJournal, at: 0)
        try storage.write([1][...], to: .entries(SegmentNumber(3)), at: 0)
        try storage.write([1][...], to: .subjects, at: 0)
        for (name, expected) in [
            ("checkpoint", 0o640), ("checkpoints", 0o640), ("segments/00000003", 0o750),
            ("segments/00000003/entries", 0o640), ("keys/subjects", 0o600),
        ] as [(String, UInt32)] {
            #expect(mode(disk.log.pushing(FilePath(name))) == expected, "\(name)")
        }
    }
}
