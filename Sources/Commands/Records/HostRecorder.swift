// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Glibc
import Ledger
import LogReading
import Merkle
import Messages
import Server
import Settings
import SystemPackage

/// Records what somebody on this host does with the log: through the running server or, if none runs, by briefly
/// opening the log.
struct HostRecorder {
    let deployment: Deployment

    /// Records that the log is read.
    ///
    /// - Returns: what the record calls the question by; nil where no server runs and the log may not be opened.
    func record(
        _ reading: SystemRecord.Reading, _ facts: QueryFacts, mayOpenLog: Bool
    ) async throws(CommandFailure) -> RecordedReading? {
        if let answer = try await answer(ofServer: facts.request(reading)) {
            guard let said = RecordedReading(answer) else {
                throw CommandFailure(
                    .unavailable,
                    "the server that runs is of another version; restart it with this one.")
            }
            return said
        }
        guard mayOpenLog else { return nil }
        var said: RecordedReading?
        try recordAlone { ledger in
            let made = ledger.reading(reading, facts, by: getuid())
            said = made.said
            return made.record
        }
        return said
    }

    /// Records that the keys that sign are changed.
    func record(_ facts: SigningFacts) async throws(CommandFailure) {
        if try await isRecorded(byServer: facts.request) { return }
        try recordAlone { ledger in ledger.signing(facts, by: getuid()) }
    }

    /// Makes the running server do something that it records, or read the key file again.
    ///
    /// - Returns: false where none runs.
    func isRecorded(byServer request: JSONValue) async throws(CommandFailure) -> Bool {
        try await answer(ofServer: request) != nil
    }

    /// What the running server says of what it has recorded; nil where none runs.
    private func answer(
        ofServer request: JSONValue
    ) async throws(CommandFailure) -> JSONValue? {
        let state = deployment.settings.log.state.text
        guard let answer = try await ControlSocket.ask(request, in: state) else { return nil }
        guard answer["recorded"] == .bool(true) else {
            throw CommandFailure(
                .unavailable, "the server did not do it: \(answer["why"]?.string ?? "?").")
        }
        return answer
    }

    private func recordAlone(
        _ make: (Ledger) -> SystemRecord
    ) throws(CommandFailure) {
        try alone { ledger throws(CommandFailure) in
            let record = make(ledger)
            switch Result(catching: { () throws(AppendRefusal) in
                try ledger.appendAndWait(
                    record.draft(producer: ledger.producer), tally: .uncounted)
            }) {
            case .success(.recorded): break
            case .success(let outcome):
                throw CommandFailure(.failure, "the log took no record. \(describing: outcome)")
            case .failure(let refusal):
                throw CommandFailure(.failure, "the log took no record. \(describing: refusal)")
            }
        }
    }

    /// Opens the log, which no server has open, for as long as some work takes.
    func alone(
        _ work: (Ledger) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let ledger = try LogOpening(deployment, producer: try producer()).open()
        let done = Result { () throws(CommandFailure) in try work(ledger) }
        if let poisoned = ledger.close() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        try done.get()
    }

    /// The producer with the newest records: this counts as another start of it, which settles whatever the last one
    /// left open.
    func producer() throws(CommandFailure) -> String {
        let directory = deployment.settings.log.directory.text
        guard LocalFile.exists(directory) else { return "countersign" }
        do throws(LogReadFailure) {
            let snapshot = try LogSnapshot(directory: .init(directory))
            guard snapshot.size.count > 0 else { return "countersign" }
            let leaf = try snapshot.leaf(at: LeafIndex(snapshot.size.count - 1))
            switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
            case .success(let record): return record.producer ?? "countersign"
            case .failure: return "countersign"
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
