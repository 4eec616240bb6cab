// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Dispatch
internal import Foundation
internal import Ledger
internal import LedgerFiles
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SignedNotes
internal import Synchronization
internal import SystemPackage
internal import TestSupport

/// The log of the drill: written by the real ledger to real files, in several starts, with an older copy of it
/// and an export beside it.
struct DrilledLog {
    static let name = "log"
    static let older = "older"
    static let export = "export"
    /// What an auditor remembers: the newest checkpoint.
    static let seen = "seen"

    let folder: FilePath
    let fixture: LedgerFixture
    private let batch: Int

    var key: String { fixture.signer.verifierKey.text }
    var directory: FilePath { folder.appending(Self.name) }

    init(folder: FilePath, records: Int) throws {
        self.folder = folder
        var fixture = try LedgerFixture()
        // Checkpoints as often as a loaded proxy publishes them, not one a group.
        fixture.options.publishEvery = .milliseconds(50)
        self.fixture = fixture
        batch = max(20, records / 100)
        for share in 1...5 {
            try write(records / 5 + (share == 5 ? records % 5 : 0), to: Self.name)
            guard share == 3 else { continue }
            for name in [Self.name, Self.name + "-state"] {
                try FileManager.default.copyItem(
                    atPath: folder.appending(name).string,
                    toPath: folder.appending(name.replacing(Self.name, with: Self.older)).string)
            }
        }
        try DamagedDirectory.write(
            try ReadableFile.contents(of: directory.appending(LogLayout.checkpoint)),
            to: folder.appending(Self.seen))
        try writeExport()
    }

    /// How many records the log has.
    var size: UInt64 {
        get throws { try LogSnapshot(directory: directory).size.count }
    }

    /// One boot of a proxy that writes this many records, and stops.
    func write(_ records: Int, to name: String) throws {
        let ledger = try open(
            try FileStorage(
                directory: folder.appending(name), state: folder.appending(name + "-state"),
                key: nil))
        let port = BatchPort()
        let id = ledger.addPort(port)
        var written = 0
        while written < records {
            let count = min(batch, records - written)
            for number in 0..<count {
                let draft = draft(for: ledger, number: written + number)
                try ledger.append(draft, tally: .allowed, port: id, ticket: 0)
            }
            try port.wait(for: count)
            written += count
        }
        if let poisoned = ledger.close() { throw poisoned }
    }

    func open(_ storage: any LedgerStorage) throws -> Ledger { try fixture.open(storage) }

    private func draft(for ledger: Ledger, number: Int) -> RecordDraft {
        fixture.clock.set(UTCInstant(microseconds: fixture.clock.now.microseconds + 900))
        return fixture.record(for: ledger, path: "/v1/invoices/\(number)")
    }

    private func writeExport() throws {
        let log = try StaticLog(try LogSnapshot(directory: directory))
        let export = folder.appending(Self.export)
        var folders: Set<FilePath> = []
        for resource in log.resources {
            let path = export.pushing(FilePath(resource.path))
            if folders.insert(path.removingLastComponent()).inserted {
                try FileManager.default.createDirectory(
                    atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
            }
            guard let bytes = try log.bytes(of: resource) else {
                throw DrillFault("no \(resource.path) to export")
            }
            try DamagedDirectory.write(bytes, to: path)
        }
    }
}

/// Waits for the records of a batch, all of which must be recorded.
private final class BatchPort: ReplyPort {
    private let recorded = Mutex(0)
    private let settled = DispatchSemaphore(value: 0)

    func settle(_ settlements: [Settlement]) {
        var (count, isComplete) = (0, true)
        for settlement in settlements {
            settlement.forEach { _, outcome in
                count += 1
                if case .recorded = outcome {} else { isComplete = false }
            }
        }
        recorded.withLock { $0 += isComplete ? count : Int.min / 2 }
        settled.signal()
    }

    func wait(for count: Int) throws {
        while recorded.withLock({ (0..<count).contains($0) }) { settled.wait() }
        let found = recorded.withLock { recorded in
            defer { recorded = 0 }
            return recorded
        }
        guard found == count else { throw DrillFault("a record was not taken") }
    }
}
