// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import SignedNotes
import SystemPackage
import Verification

/// A copy or export that was just written, looked at before it gets its name: what is handed on is what was signed.
enum FreshCopy {
    enum Form {
        case directory
        case tiles
    }

    /// - Parameter keys: the log's; none leaves signatures undecided.
    static func check(
        _ folder: String, as form: Form, keys: [NoteVerifierKey]
    ) async throws(CommandFailure) {
        let options = VerificationOptions(
            policy: keys.isEmpty ? nil : TrustPolicy(logKeys: keys), remembered: nil, maxAge: nil,
            now: CommandContext.current.now(), requiredWitnesses: 0, jobs: Machine.processors)
        let verifier = LogVerifier(options) { _ in }
        let report: VerificationReport
        do throws(LogReadFailure) {
            switch form {
            case .directory: report = try await verifier.verify(directory: FilePath(folder))
            case .tiles: report = try await verifier.verify(tiles: FilePath(folder))
            }
        } catch {
            throw CommandFailure(error)
        }
        guard let finding = report.findings(about: .integrity).first else { return }
        throw CommandFailure(
            .integrityFailure,
            "the log does not hold what was signed, and nothing is written: \(finding.text.displayable). `countersign verify` says what was changed."
        )
    }
}
