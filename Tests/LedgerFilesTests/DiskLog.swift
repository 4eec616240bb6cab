// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Foundation
import Ledger
import LedgerFiles
import LogFormat
import SignedNotes
import SystemPackage
import TestSupport
import Testing

/// A deployment of a test's own on a real disk: log directory, state folder and key, removed with it.
final class DiskLog: Sendable {
    let root: URL
    let fixture: LedgerFixture

    init() throws {
        root = FileManager.default.temporaryDirectory
            .appending(path: "countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        fixture = try LedgerFixture()
        _ = try SigningKeyFile.create(FilePath(root.path).appending("key"), name: name)
    }

    deinit {
        // A folder that cannot be removed is the system's to clean up.
        _ = Result { try FileManager.default.removeItem(at: root) }
    }

    var name: KeyName { fixture.signer.name }
    var log: FilePath { path("log") }
    var state: FilePath { path("state") }
    var key: FilePath { path("key") }

    func path(_ name: String) -> FilePath { FilePath(root.appending(path: name).path) }

    func storage(
        log: String = "log", state: String = "state", key: FilePath? = nil
    ) throws -> FileStorage {
        try FileStorage(directory: path(log), state: path(state), key: key)
    }

    /// Opens the log as the server does.
    func open(log: String = "log", state: String = "state") throws -> Ledger {
        try open(claimed(log: log, state: state), signer: SigningKeyFile.read(key)[0])
    }

    /// The storage, once nobody holds its lock: a program that another test is just starting has, for a
    /// moment, every descriptor of this process.
    private func claimed(log: String, state: String) throws -> FileStorage {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try storage(log: log, state: state)
            } catch let fault as DirectoryFault where fault.code == .locked {
                guard ContinuousClock.now < deadline else { throw fault }
                sched_yield()
            }
        }
    }

    func open(
        _ storage: FileStorage, signer: NoteSigner, origin: LogOrigin? = nil
    ) throws -> Ledger {
        var options = fixture.options
        if let origin { options.origin = origin }
        return try Ledger.open(
            storage, signers: [signer], options: options, clock: fixture.clock.ledgerClock,
            randomness: BufferedRandomness(source: .kernel))
    }

    /// One run of the proxy: opens the log, records, closes it.
    ///
    /// - Returns: how the log stood in the end.
    @discardableResult
    func run(
        records: Int = 1, log: String = "log", state: String = "state"
    ) throws -> (boot: String, status: LedgerStatus) {
        let ledger = try open(log: log, state: state)
        for _ in 0..<records {
            let outcome = try ledger.appendAndWait(
                fixture.record(for: ledger), tally: .allowed)
            guard case .recorded = outcome else { throw NotRecorded() }
        }
        #expect(ledger.close() == nil)
        return (ledger.boot.text, ledger.status)
    }

    struct NotRecorded: Error {}

    // MARK: Files

    func url(_ name: String) -> URL { root.appending(path: name) }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: url(name)) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

    func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(at: url(name), to: url(other))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }

    /// Changes one file.
    func tamper(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(name)
        change(&bytes)
        try write(bytes, to: name)
    }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: url(name).path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    func setMode(_ mode: Int, of name: String) throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: url(name).path)
    }

    /// Everything below the log directory, by name; folders end in a slash.
    func contents(of folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: url(folder).path).map { name in
            let values = try url(folder).appending(path: name)
                .resourceValues(forKeys: [.isDirectoryKey])
            return values.isDirectory == true ? name + "/" : name
        }.sorted()
    }

    /// The log's records, read off its first segment.
    func records() throws -> [Record] {
        let bytes = try read("log/segments/00000000/entries")
        let (leaves, fault) = EntryFraming.scan(bytes.span)
        #expect(fault == nil)
        return try leaves.map { try Record(leaf: Array(bytes[$0])) }
    }
}

extension LedgerStatus {
    /// The newest checkpoint without the verdict on its signature.
    func claim() throws -> Checkpoint { try UnverifiedCheckpoint(try #require(checkpoint)).claim }
}
