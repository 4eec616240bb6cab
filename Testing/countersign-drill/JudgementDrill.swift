// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Foundation
internal import Glibc
internal import Ledger
internal import LedgerFiles
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SignedNotes
internal import SystemPackage
internal import TestSupport

/// Damages every file of a small log in every way, with and without its commit journal, and asks everything that judges a
/// log: the verifier, the start of a server, an export, a tail, the doctor. They must agree, except where ``Exception``
/// gives a reason, and none may hand out a record that is not as signed.
struct JudgementDrill {
    /// What happens to a file.
    enum Damage: Hashable, CustomStringConvertible {
        case removed
        case emptied
        case cut(at: Int)
        case folder
        case pipe
        /// A link that leads nowhere.
        case link
        case olderCopy

        var description: String {
            switch self {
            case .removed: "removed"
            case .emptied: "emptied"
            case .cut(let place): "cut at \(place)"
            case .folder: "a folder"
            case .pipe: "a pipe"
            case .link: "a dangling link"
            case .olderCopy: "an older copy"
            }
        }
    }

    /// What the five say about one damage.
    struct Judgements {
        var verify: Int32
        /// Why the log does not open; nil if it does.
        var refusal: String?
        var tail: Int32
        var export: Int32
        var doctor: String
    }

    let folder: FilePath
    let auditor: Auditor
    private let fixture: LedgerFixture
    private let program: String
    /// All leaves of the sound log, as `log tail --json` prints them.
    private var sound: Set<String> = []
    private(set) var count = 0
    private(set) var failed = 0

    private static let log = "judged"
    private static let older = "judged-older"
    private var directory: FilePath { folder.appending(Self.log) }

    init(folder: FilePath, auditor: Auditor) throws {
        self.folder = folder
        self.auditor = auditor
        fixture = try LedgerFixture()
        program =
            FilePath(try Auditor.besideThisProgram()).removingLastComponent()
            .appending("countersign").string

        try write(6)
        try FileManager.default.copyItem(
            atPath: directory.string, toPath: folder.appending(Self.older).string)
        try write(6)
        let tail = try ProgramRun(
            program, ["log", "tail", "--json", "-n", "100", "--log", Self.log], in: folder)
        guard tail.exitCode == 0 else { throw DrillFault("the sound log cannot be shown") }
        sound = Set(tail.lines)
        let made = try ProgramRun(
            program, ["init", "--dir", "site", "--origin", fixture.options.origin.text], in: folder)
        guard made.exitCode == 0 else { throw DrillFault("no configuration can be made") }
        let path = folder.pushing(FilePath(Self.configuration))
        let text = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
        try DamagedDirectory.write(
            Array(text.replacing("dir: log ", with: "dir: ../copy ").utf8), to: path)
    }

    private static let configuration = "site/countersign.yaml"

    /// What the doctor says about the log's files.
    private func doctor() throws -> String {
        let run = try ProgramRun(
            program, ["doctor", "--json", "-c", Self.configuration], in: folder)
        let report = try JSONParser.parse(
            Array(run.lines.joined().utf8), as: .strict, deepest: 8)
        let found = report["findings"]?.array?.first { $0["subject"]?.string == "log" }
        return found?["grade"]?.string ?? "nothing"
    }

    private func write(_ records: Int) throws {
        let ledger = try fixture.open(try storage(Self.log))
        for number in 0..<records {
            _ = try ledger.appendAndWait(
                fixture.record(for: ledger, path: "/v1/invoices/\(number)"), tally: .allowed)
        }
        if let poisoned = ledger.close() { throw poisoned }
    }

    private func storage(_ name: String) throws -> FileStorage {
        try FileStorage(
            directory: folder.appending(name), state: folder.appending(Self.log + "-state"),
            key: nil)
    }

    static let files: [(name: String, kind: StoredFile)] = [
        (LogLayout.entries(SegmentNumber(0)), .entries),
        (LogLayout.disclosures(SegmentNumber(0)), .disclosures),
        (LogLayout.offsets(SegmentNumber(0)), .offsets), (LogLayout.subjects, .subjects),
        (LogLayout.periods, .periods), (LogLayout.directorySecret, .directorySecret),
        (LogLayout.checkpoint, .checkpoint), (LogLayout.checkpointJournal, .checkpoints),
        (LogLayout.tree(level: 0), .tree),
    ]

    /// - Parameter everyFrame: whether to cut at the end of every part of a commit frame, or only of some.
    mutating func run(everyFrame: Bool) throws {
        for (name, kind) in Self.files {
            for damage in try damages(to: name, kind, everyFrame: everyFrame) {
                for hasJournal in [true, false] {
                    let judged = try judge(name, damage, hasJournal: hasJournal)
                    count += 1
                    let faults = Agreement(
                        file: kind, damage: damage, hasJournal: hasJournal
                    ).faults(in: judged)
                    guard !faults.isEmpty else { continue }
                    failed += 1
                    DrillTable.line(
                        "  DISAGREED: \(name), \(damage), journal \(hasJournal ? "there" : "gone"): "
                            + faults.joined(separator: "; ")
                            + " (verify \(judged.verify), \(judged.refusal ?? "opens"), tail \(judged.tail), "
                            + "export \(judged.export), doctor \(judged.doctor))")
                }
            }
        }
    }

    private func damages(
        to name: String, _ kind: StoredFile, everyFrame: Bool
    ) throws -> [Damage] {
        let length = try ReadableFile.contents(of: directory.pushing(FilePath(name))).count
        let frames = CommitFrame.newestRun(
            try ReadableFile.contents(of: directory.appending(LogLayout.commits(0))),
            try ReadableFile.contents(of: directory.appending(LogLayout.commits(1))))
        let ends = frames.compactMap { frame -> Int? in
            let header = frame.header
            let end: UInt64? =
                switch kind {
                case .entries: header.entriesOffset + UInt64(header.entriesLength)
                case .disclosures: header.disclosuresOffset + UInt64(header.disclosuresLength)
                case .subjects: header.subjectsOffset + UInt64(header.subjectsLength)
                case .periods: header.periodsOffset + UInt64(header.periodsLength)
                case .offsets: header.sizeAfter.count * 4
                case .tree: header.sizeAfter.count * 32
                case .directorySecret, .checkpoint, .checkpoints: nil
                }
            return end.map { Int($0) }
        }
        var places = Set([1, length / 2, length - 1] + ends)
        if !everyFrame {
            places = Set(places.sorted().enumerated().filter { $0.offset % 4 == 0 }.map(\.element))
        }
        return [.removed, .emptied, .folder, .pipe, .link, .olderCopy]
            + places.filter { (1..<length).contains($0) }.sorted().map { .cut(at: $0) }
    }

    /// Damages a copy, asks all five, and discards the copy; the start comes last, as it changes the log.
    private func judge(
        _ name: String, _ damage: Damage, hasJournal: Bool
    ) throws -> Judgements {
        let files = FileManager.default
        let copy = folder.appending("copy")
        let state = folder.appending("copy-state")
        try files.copyItem(atPath: directory.string, toPath: copy.string)
        try files.copyItem(
            atPath: folder.appending(Self.log + "-state").string, toPath: state.string)
        defer {
            for path in [copy, state, folder.appending("out")] {
                // What is left is removed with the drill's folder.
                _ = Result { try files.removeItem(atPath: path.string) }
            }
        }
        if !hasJournal {
            for number in 0...1 {
                try files.removeItem(atPath: copy.appending(LogLayout.commits(number)).string)
            }
        }
        try apply(damage, to: copy.pushing(FilePath(name)), named: name)
        let verify = try auditor.run("copy", key: fixture.signer.verifierKey.text)
        let tail = try ProgramRun(
            program, ["log", "tail", "--json", "-n", "100", "--log", "copy"], in: folder)
        let export = try ProgramRun(
            program,
            [
                "log", "export", "--log", "copy", "--out", "out", "--key",
                fixture.signer.verifierKey.text,
            ], in: folder)
        for line in tail.lines where !sound.contains(line) {
            throw DrillFault("\(name), \(damage): tail shows what was not signed: \(line)")
        }
        var judged = Judgements(
            verify: verify, refusal: nil, tail: tail.exitCode, export: export.exitCode,
            doctor: try doctor())
        do {
            let ledger = try fixture.open(try FileStorage(directory: copy, state: state, key: nil))
            if let poisoned = ledger.close() { judged.refusal = poisoned.description }
        } catch {
            judged.refusal = "\(error)"
        }
        return judged
    }

    private func apply(_ damage: Damage, to path: FilePath, named name: String) throws {
        let bytes = try ReadableFile.contents(of: path)
        try FileManager.default.removeItem(atPath: path.string)
        switch damage {
        case .removed: break
        case .emptied: try DamagedDirectory.write([], to: path)
        case .cut(let place): try DamagedDirectory.write(Array(bytes.prefix(place)), to: path)
        case .folder: try DamagedDirectory.make(path)
        case .pipe:
            // Safe: the path is a zero-terminated string that lives through the call.
            let result = unsafe path.withPlatformString { unsafe mkfifo($0, 0o600) }
            guard result == 0 else { throw DrillFault("\(path): \(errno)") }
        case .link:
            try FileManager.default.createSymbolicLink(
                atPath: path.string, withDestinationPath: "nowhere")
        case .olderCopy:
            let older = folder.appending(Self.older).pushing(FilePath(name))
            try DamagedDirectory.write(try ReadableFile.contents(of: older), to: path)
        }
    }
}
