// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Disclosures
import Evidence
import Foundation
import Ledger
import LogReading
import Merkle
import Query
import RecordForms
import SignedNotes
import SystemPackage
import Verification

/// Records handed over and judged: each form and each verifier in a process of its own, whose greatest memory is told.
struct EvidenceBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Records exported and verified a second, and the memory that it takes.")

    /// What is measured by itself.
    enum Step: String, CaseIterable, ExpressibleByArgument {
        case pack
        case matches
        case archive
        case ndjson
        case csv
        case ocsf
        case cef
        case verify
        case verifyArchive = "verify_archive"
        case verifyMatches = "verify_matches"
        case python
        case pythonMatches = "python_matches"
    }

    @OptionGroup var output: BenchOutput
    @Option(help: "Records in the log.") var records = 1_000_000
    @Option(help: "The second verifier.") var python = "Python/countersign_verify.py"
    @Option(help: "One step, of a log that is there.") var step: Step?
    @Option(help: "The folder of that log.") var folder: String?
    @Option(help: "Its public key.") var key: String?
    @Flag(help: "Leave everything where it is.") var keep = false

    func run() throws {
        if let step, let folder, let key { return try measure(step, FilePath(folder), key) }
        let folder = FilePath(output.dir).appending("evidence-bench-\(Stopwatch.now)")
        let log = try BenchLog(in: folder, named: "log")
        var figures = [("records", "\(records)")]
        figures.append(("written_s", (try Stopwatch.seconds { try log.fill(records) }).text(1)))
        for step in Step.allCases {
            let told = try inOwnProcess(step, folder, log.signer.verifierKey.text)
            figures.append((step.rawValue + "_per_s", told.rate))
            figures.append((step.rawValue + "_peak_mib", told.peak))
        }
        output.show(figures)
        if keep { print(folder.string) } else { try Folders.remove(folder) }
    }

    /// Has another process do one step.
    private func inOwnProcess(
        _ step: Step, _ folder: FilePath, _ key: String
    ) throws -> (rate: String, peak: String) {
        let process = Process()
        let pipe = Pipe()
        process.standardOutput = pipe
        switch step {
        case .python, .pythonMatches:
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let code = """
                import runpy, sys, time
                began = time.monotonic()
                sys.argv = sys.argv[1:]
                sys.stdout = sys.stderr
                try:
                    runpy.run_path(sys.argv[0], run_name="__main__")
                except SystemExit as ended:
                    assert not ended.code, ended.code
                took = time.monotonic() - began
                peak = [line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line]
                print(took, peak[0], file=sys.__stdout__)
                """
            let pack = folder.appending(step == .python ? "pack" : "matches").string
            process.arguments = ["python3", "-c", code, python, pack, "--key", key]
            process.standardError = FileHandle.nullDevice
        default:
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = [
                "evidence", "--step", step.rawValue, "--folder", folder.string, "--key", key,
            ]
        }
        try process.run()
        let told = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let words = told.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard process.terminationStatus == 0, words.count == 2 else {
            throw BenchFault.stopped("\(step.rawValue): \(told)")
        }
        return ((Double(records) / words[0]).text(0), (words[1] / 1024).text(0))
    }

    // MARK: In a process of its own

    private func measure(_ step: Step, _ folder: FilePath, _ key: String) throws {
        let key = try NoteVerifierKey(key)
        let seconds = try Stopwatch.seconds {
            switch step {
            case .pack: try pack("*", folder, "pack", key)
            case .matches: try pack("service:orders", folder, "matches", key)
            case .archive:
                let pack = folder.appending("pack")
                let names = try FolderNames.of(pack, most: 100)
                try PackArchive.write(
                    names.map { ($0, pack.appending($0)) }, to: folder.appending("pack.tar"),
                    isPrivate: false)
            case .ndjson, .csv, .ocsf, .cef: try list(step, folder, key)
            case .verify: try verify(folder.appending("pack"), key)
            case .verifyArchive: try verify(folder.appending("pack.tar"), key)
            case .verifyMatches: try verify(folder.appending("matches"), key)
            case .python, .pythonMatches: throw BenchFault.stopped("Python has its own process")
            }
        }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak =
            status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?
            .split(whereSeparator: \.isWhitespace).dropFirst().first ?? "0"
        print("\(seconds) \(peak)")
    }

    private func order(_ query: String) throws -> EvidenceOrder {
        let now = Stopwatch.wallClock
        return EvidenceOrder(
            query: try RecordQuery(query, at: QueryClock(now: now)), range: nil,
            isFullRange: false, groups: [.who, .what],
            request: EvidenceOrder.Request(
                uid: UniqueID(at: now, random: (1, 2)), by: "bench", purpose: "bench", time: now),
            zone: "UTC", command: "countersign-bench evidence")
    }

    private func source(_ folder: FilePath, _ key: NoteVerifierKey) throws -> EvidenceSource {
        let snapshot = try LogSnapshot(directory: folder.appending("log"))
        guard let checkpoint = snapshot.newest else { throw BenchFault.stopped("no checkpoint") }
        return EvidenceSource(
            snapshot: snapshot, checkpoint: checkpoint, keys: [key], signers: [], remembered: nil,
            policies: [:], configuration: nil)
    }

    private func pack(
        _ query: String, _ folder: FilePath, _ name: String, _ key: NoteVerifierKey
    ) throws {
        let source = try source(folder, key)
        let place = folder.appending(name)
        try Folders.make(place)
        var values = ValueReader(opening: source.snapshot)
        var writer = PackWriter(try order(query), source, to: place)
        guard try writer.write(&values, .uninterrupted { _ in }) != nil else {
            throw BenchFault.stopped("the pack paused")
        }
    }

    private func list(_ step: Step, _ folder: FilePath, _ key: NoteVerifierKey) throws {
        guard let form = DerivedForm(rawValue: step.rawValue) else {
            throw BenchFault.stopped("no form")
        }
        let source = try source(folder, key)
        var values = ValueReader(opening: source.snapshot)
        var writer = ListWriter(try order("*"), source, form)
        _ = try writer.write(
            &values, isMarked: true, rowsInPart: PackFormat.rowsInPart,
            name: { folder.appending("list-\($0).\(form.rawValue)") }, .uninterrupted { _ in })
    }

    private func verify(_ path: FilePath, _ key: NoteVerifierKey) throws {
        let report = try PackCheck(
            policy: TrustPolicy(logKeys: [key]), requiredWitnesses: 0, remembered: nil
        ).check(try PackSource(path)) { _ in }
        // Nobody signs the manifest here, which is a finding of its own.
        guard report.findings.allSatisfy({ $0.kind == .notCovered }) else {
            throw BenchFault.stopped("\(report.firstLine)")
        }
    }
}
