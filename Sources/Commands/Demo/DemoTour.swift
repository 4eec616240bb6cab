// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPPlane
import Transport
import Ledger
import LedgerFiles
import LogReading
import Merkle
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage
import Verification

/// What the demo shows, step by step; throws as soon as something is not as it should be.
struct DemoTour {
    /// The result of a tour, for its closing words and for programs.
    struct Summary {
        var requests = 0
        var records: UInt64 = 0
        var verdict: VerificationVerdict?
        var forgery: VerificationVerdict?
    }

    let files: DemoFiles
    let deployment: Deployment
    let server: ProxyServer
    /// Nil if a program reads the result: then nothing is printed on the way.
    let screen: Screen?

    private var log: FilePath { FilePath(deployment.settings.log.directory.text) }

    func run() async throws -> Summary {
        var summary = Summary()
        summary.requests = try await playRequests()
        summary.records = try showRecords()
        summary.verdict = try await verify()
        summary.forgery = try await drill()
        return summary
    }

    private func address() throws(CommandFailure) -> DataPlane.Address {
        guard let address = server.dataPlane.addresses.first else {
            throw CommandFailure(.failure, "the demo's proxy has no address.")
        }
        return address
    }

    private func playRequests() async throws -> Int {
        let address = try address()
        try screen?.line(
            SafeText("1. Requests through the proxy on \(address.text)", .strong))
        var rows: [[SafeText]] = []
        for request in DemoRequest.all(alice: files.alice, bob: files.bob) {
            let (status, record) = try await request.send(to: address.host, port: address.port)
            guard status == request.expected, !record.isEmpty else {
                throw CommandFailure(
                    .failure,
                    "\(request.title.plain) got \(status) with record `\(record)`; \(request.expected) with a record was expected."
                )
            }
            let tone: Tone = status < 300 ? .good : status == 429 ? .caution : .bad
            rows.append([request.title, SafeText("\(status)", tone), SafeText("\(record)", .faint)])
        }
        try screen?.table(Table(["REQUEST", "STATUS", "COUNTERSIGN-RECORD"], rows: rows))
        try screen?.line()
        return rows.count
    }

    private func showRecords() throws -> UInt64 {
        try screen?.line(SafeText("2. The records, each durable before its answer left", .strong))
        let snapshot = try read { () throws(LogReadFailure) in try LogSnapshot(directory: log) }
        var values = ValueReader(opening: snapshot)
        var leaves: [(LeafIndex, [UInt8])] = []
        try read { () throws(LogReadFailure) in
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { leaves.append(($0, $1)) }
        }
        let columns = RecordColumns(width: screen?.columns, digits: 2, isWide: false)
        try screen?.line(columns.headings)
        for (index, leaf) in leaves {
            let line = try RecordLine(index, leaf, &values)
            guard line.record != nil else {
                throw CommandFailure(.integrityFailure, "record \(index.value) cannot be read.")
            }
            try screen?.line(line.text(in: columns))
        }
        try screen?.line()
        return snapshot.size.count
    }

    private func verify() async throws -> VerificationVerdict {
        try screen?.line(SafeText("3. Verification, with the public key alone", .strong))
        let report: VerificationReport
        let options = try options()
        do throws(LogReadFailure) {
            report = try await LogVerifier(options, progress: { _ in }).verify(directory: log)
        } catch {
            throw CommandFailure(.failure, "\(error.message)")
        }
        for line in report.tree(now: .now) { try screen?.line("   \(line)") }
        guard report.verdict == .verified else {
            throw CommandFailure(.integrityFailure, "\(report.verdictLine)")
        }
        try screen?.line(SafeText("   ✓ ", .good) + "\(report.verdictLine)")
        try screen?.line()
        return report.verdict
    }

    private func drill() async throws -> VerificationVerdict {
        try screen?.line(SafeText("4. A forger changes one digit of record 3, in a copy", .strong))
        let copy = FilePath(LocalFile.path(of: "forged", in: files.folder))
        let report = try await TamperDrill(log: log, copy: copy).run(
            changing: LeafIndex(3), options: try options())
        for line in report.tree(now: .now) { try screen?.line("   \(line)") }
        guard report.verdict == .integrityFailure else {
            throw CommandFailure(
                .integrityFailure, "the forgery was not noticed: \(report.verdictLine)")
        }
        try screen?.line(
            SafeText("   ✗ ", .bad) + "\(report.verdictLine): `countersign verify` would exit with "
                + "\(report.verdict.exitCode)")
        try screen?.line()
        return report.verdict
    }

    /// What was shown, and what to type next.
    func conclude(_ summary: Summary) throws {
        try screen?.line(SafeText("What you saw", .strong))
        try screen?.line(
            "   \(summary.requests) requests, allowed and refused, each with a record that was safe before its answer left;"
        )
        try screen?.line(
            "   \(summary.records) records verified with the public key alone; one changed digit found and named."
        )
        try screen?.line(SafeText("Next, with a service of your own", .strong))
        try screen?.line("   countersign init --upstream http://127.0.0.1:3000 --as \"Your Name\"")
        try screen?.line(
            SafeText("   ✓ ", .good) + "The log is as it was signed, and the forgery was found.")
    }

    /// The same for programs.
    func json(_ summary: Summary, isStaying: Bool) throws -> JSONValue {
        let address = try address()
        func text(_ verdict: VerificationVerdict?) -> JSONValue {
            verdict.map { .string($0.rawValue) } ?? .null
        }
        var members = [
            JSONMember("requests", .integer(Int64(summary.requests))),
            JSONMember("records", .integer(Int64(clamping: summary.records))),
            JSONMember("verdict", text(summary.verdict)),
            JSONMember("forgery", text(summary.forgery)),
            JSONMember("folder", .string(files.folder)),
        ]
        if isStaying {
            members.append(JSONMember("proxy", .string("http://\(address.text)")))
        }
        return .object(members)
    }

    /// What to try while the proxy stays up.
    func invite() throws {
        let address = try address()
        let url = "http://\(address.text)"
        try screen?.line(SafeText("5. It stays up. Try, in another terminal:", .strong))
        try screen?.line("   curl -i -H 'X-Api-Key: \(files.alice)' \(url)/invoices/7")
        try screen?.line("   curl -i \(url)/invoices/7")
        try screen?.line("   curl -i -H 'X-Api-Key: \(files.bob)' -d '{}' \(url)/invoices")
        try screen?.line("   countersign log tail -c \(files.configuration)")
        try screen?.line("   countersign verify -c \(files.configuration)")
        try screen?.line("   Ctrl-C ends it.")
    }

    private func options() throws(CommandFailure) -> VerificationOptions {
        let keys = try SigningKey.readPublic(deployment.settings.log)
        return VerificationOptions(
            policy: TrustPolicy(logKeys: keys), remembered: nil, maxAge: nil, now: .now,
            requiredWitnesses: 0, jobs: 2)
    }

    private func read<Value>(
        _ body: () throws(LogReadFailure) -> Value
    ) throws(CommandFailure) -> Value {
        do { return try body() } catch { throw CommandFailure(.failure, "\(error.message)") }
    }
}
