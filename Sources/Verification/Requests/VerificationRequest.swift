// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import LogReading
internal import SignedNotes
package import SystemPackage

/// One verification as requested on a command line, shared by `countersign verify` and
/// `countersign-verify`.
package struct VerificationRequest: Sendable {
    package var path: FilePath
    /// The record that a proof file proves; nil if the proof contains it.
    package var leafFile: FilePath?
    /// Verifier keys as text, or paths of files with one key per line.
    package var keys: [String]
    package var policyFile: FilePath?
    /// File with the last checkpoint seen. It is read first, and replaced if the log continues it; the ledger's
    /// own state file is only read.
    package var stateFile: FilePath?
    package var maxAge: Duration?
    package var requiredWitnesses: Int
    package var jobs: Int
    package var now: UTCInstant

    package init(
        path: FilePath, leafFile: FilePath?, keys: [String], policyFile: FilePath?,
        stateFile: FilePath?,
        maxAge: Duration?, requiredWitnesses: Int, jobs: Int, now: UTCInstant
    ) {
        self.path = path
        self.leafFile = leafFile
        self.keys = keys
        self.policyFile = policyFile
        self.stateFile = stateFile
        self.maxAge = maxAge
        self.requiredWitnesses = requiredWitnesses
        self.jobs = jobs
        self.now = now
    }

    /// What there is to print, and the exit code.
    package struct Outcome: Sendable {
        /// For people, on standard output.
        package let lines: [String]
        /// For programs: one JSON object.
        package let json: [UInt8]
        /// For people, the last line on standard error.
        package let verdictLine: String
        package let verdict: VerificationVerdict
    }

    /// Runs the verification.
    ///
    /// - Parameter progress: called from several threads while a log is read.
    package func run(
        progress: @escaping @Sendable (VerificationProgress) -> Void
    ) async throws(VerificationFault) -> Outcome {
        let policy = try TrustPolicy.given(keys: keys, policyFile: policyFile)
        let target = try VerificationTarget(path)
        let check = RecordCheck(policy: policy, requiredWitnesses: requiredWitnesses)
        switch target {
        case .proof(let proof): return Outcome(check.check(proof, leaf: try leaf()))
        case .records(let envelopes): return Outcome(envelopes.map(check.check))
        case .log(let directory):
            return try await run(policy, progress) { verifier throws(LogReadFailure) in
                try await verifier.verify(directory: directory)
            }
        case .tiles(let directory):
            return try await run(policy, progress) { verifier throws(LogReadFailure) in
                try await verifier.verify(tiles: directory)
            }
        }
    }

    private func leaf() throws(VerificationFault) -> [UInt8]? {
        guard let leafFile else { return nil }
        do throws(LogReadFailure) {
            return try ReadableFile.contents(of: leafFile)
        } catch {
            throw .unreadable(error)
        }
    }

    private func run(
        _ policy: TrustPolicy?, _ progress: @escaping @Sendable (VerificationProgress) -> Void,
        _ verify: (LogVerifier) async throws(LogReadFailure) -> VerificationReport
    ) async throws(VerificationFault) -> Outcome {
        let state = try stateFile.map { path throws(VerificationFault) in
            try StateFile(path)
        }
        let verifier = LogVerifier(
            VerificationOptions(
                policy: policy, remembered: state?.bytes, maxAge: maxAge, now: now,
                requiredWitnesses: requiredWitnesses, jobs: jobs),
            progress: progress)
        let report: VerificationReport
        do throws(LogReadFailure) {
            report = try await verify(verifier)
        } catch {
            throw .unreadable(error)
        }
        if report.mayBeRemembered, let verified = report.verified {
            try state?.remember(verified.note)
        }
        return Outcome(report, now: now)
    }
}

extension VerificationRequest.Outcome {
    package init(_ report: ProofReport) { self.init([report]) }

    /// What the reports of one or several records come to: the gravest verdict of them.
    package init(_ reports: [ProofReport]) {
        let isOne = reports.count == 1
        let gravest = VerificationVerdict(reports.flatMap(\.findings))
        lines = Array(reports.map(\.lines).joined(separator: [""]))
        verdict = gravest
        json = CanonicalJSON.encode(
            isOne
                ? reports[0].value
                : .object([
                    JSONMember("verdict", .string(gravest.rawValue)),
                    JSONMember("exit_code", .integer(Int64(gravest.exitCode))),
                    JSONMember("records", .array(reports.map(\.value))),
                ]))
        let good = isOne ? "verified" : "verified: \(reports.count) records"
        verdictLine = gravest == .verified ? good : "NOT verified: \(gravest.rawValue)"
    }

    package init(_ report: VerificationReport, now: UTCInstant) {
        lines = report.tree(now: now)
        json = report.json
        verdict = report.verdict
        verdictLine = report.verdictLine
    }
}
