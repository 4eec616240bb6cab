// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Ledger
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import Verification

/// Reading a log back: all of it verified, one record proved, the ledger opened again.
struct VerificationBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verification",
        abstract: "Records verified a second beside SHA-256, one proof, and opening, of one log.")

    @OptionGroup var output: BenchOutput
    @Option(help: "Records in the log.") var records = 1_000_000
    @Option(help: "Rounds; their median is printed.") var rounds = 3

    func run() async throws {
        let folder = FilePath(output.dir).appending("verification-bench-\(Stopwatch.now)")
        let log = try BenchLog(in: folder, named: "log")
        let written = try fill(log)
        let snapshot = try LogSnapshot(directory: log.directory)
        let size = snapshot.size.count
        let leafBytes = written / Int(size)
        guard let policy = TrustPolicy(logKeys: [log.signer.verifierKey]) else {
            throw BenchFault.badName
        }
        var rates: [Double] = []
        var ratios: [Double] = []
        for _ in 0..<rounds {
            let bound =
                HashBound.measure(leafBytes: leafBytes, seconds: 0.2) * Double(Processors.usable)
            let start = Stopwatch.now
            let report = try await LogVerifier(
                VerificationOptions(
                    policy: policy, remembered: nil, maxAge: nil, now: Stopwatch.wallClock,
                    requiredWitnesses: 0, jobs: Processors.usable),
                progress: { _ in }
            ).verify(directory: log.directory)
            let rate = Double(size) / (Double(Stopwatch.now - start) / 1e9)
            guard report.findings.isEmpty else {
                throw BenchFault.stopped("\(report.findings)")
            }
            rates.append(rate)
            ratios.append(rate / bound)
        }
        var proofs: [UInt64] = []
        for step in 0..<200 {
            let index = LeafIndex((UInt64(step) &* 0x9E37_79B9_7F4A_7C15) % size)
            let start = Stopwatch.now
            _ = try snapshot.proof(of: index)
            proofs.append(Stopwatch.now - start)
        }
        let opening = try Stopwatch.seconds { _ = try log.open().close() }
        let figures: [(String, String)] = [
            ("records", "\(size)"), ("mean_leaf_bytes", "\(leafBytes)"),
            ("log_bytes_per_record", "\(Folders.size(of: log.directory) / Int(size))"),
            ("processors", "\(Processors.usable)"),
            ("verified_per_s", rates.median.text(0)), ("of_sha256_bound", ratios.median.text(2)),
            ("proof_p50_us", proofs.sorted().microseconds(at: 0.5).text(0)),
            ("proof_p99_us", proofs.sorted().microseconds(at: 0.99).text(0)),
            ("open_and_close_s", opening.text(3)),
        ]
        output.show(figures)
        try Folders.remove(folder)
    }

    /// Writes the log and returns how many bytes its leaves have.
    private func fill(_ log: BenchLog) throws -> Int {
        let ledger = try log.open()
        var samples = SampleRecords(for: ledger)
        let port = Throttle()
        let id = ledger.addPort(port)
        var bytes = 0
        for number in 0..<records {
            let draft = samples.next(at: Stopwatch.wallClock)
            bytes += draft.completedSize(encodedOrigin: []) - 80
            port.enter()
            try ledger.append(draft, tally: .allowed, port: id, ticket: 0, waking: number % 64 == 0)
        }
        ledger.wakeWriter()
        if let poisoned = ledger.close() { throw BenchFault.stopped("\(poisoned)") }
        return bytes
    }
}
