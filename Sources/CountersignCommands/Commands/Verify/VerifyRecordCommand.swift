// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SignedNotes
import SystemPackage
import Verification

/// `countersign verify record`.
struct VerifyRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Check one record: by its proof file offline, or in the log.",
        discussion: """
            EXAMPLES:
              countersign verify record 42.tlog-proof --key log.vkey
              countersign verify record 42

            A proof file holds the record and needs nothing but the log's key. An index or uid is looked up \
            in the log, and its proof made and checked.
            """)

    @Argument(
        help: "A .tlog-proof file, a file of `log get --json`, an index, or a uid.",
        completion: .file())
    var record: String

    @Option(
        help: "File with the record's bytes, for a proof file that does not hold them.",
        completion: .file())
    var leaf: String?

    @Option(help: "How many witnesses must have cosigned.")
    var requireWitnesses = 0

    @OptionGroup var log: LogOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let trusted = try trust.named(for: log)
        let check = RecordCheck(policy: try trusted.policy(), requiredWitnesses: requireWitnesses)
        try output.show(VerificationRequest.Outcome(try report(check)))
    }

    private func report(_ check: RecordCheck) throws(CommandFailure) -> ProofReport {
        let named = try leaf.map { path throws(CommandFailure) in
            try LocalFile.required(path, most: 65_536)
        }
        guard LocalFile.exists(record), UInt64(record) == nil else {
            let (proof, leaf) = try lookedUp()
            return check.check(proof, leaf: named ?? leaf)
        }
        let target: VerificationTarget
        do throws(VerificationFault) {
            target = try VerificationTarget(FilePath(record))
        } catch {
            throw CommandFailure(error)
        }
        switch target {
        case .proof(let proof): return check.check(proof, leaf: named)
        case .record(let envelope): return check.check(envelope)
        case .log, .tiles:
            throw CommandFailure(
                .usage, "\(record) is a whole log; `countersign verify --log \(record)` checks it.")
        }
    }

    private func lookedUp() throws(CommandFailure) -> (TlogProof, [UInt8]) {
        let selector = try RecordSelector(record)
        let log = try log.staticLog()
        guard let (index, leaf) = try selector.find(in: log.snapshot).last else {
            throw CommandFailure(.notFound, "there is no such record.")
        }
        return (try ProofMaker(log).proof(of: index, leaf), leaf)
    }
}
