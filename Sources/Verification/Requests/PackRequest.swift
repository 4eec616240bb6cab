// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading
internal import SignedNotes
package import SystemPackage

/// One pack to be judged as requested on a command line, shared by `countersign verify pack` and `countersign-verify`.
package struct PackRequest: Sendable {
    package var path: FilePath
    /// Verifier keys as text, or paths of files with one key per line.
    package var keys: [String]
    package var policyFile: FilePath?
    /// File with the newest checkpoint seen, which the pack has to continue. It is made the first time, and goes forward
    /// with every pack that is verified; the ledger's own state file is only read.
    package var stateFile: FilePath?
    package var requiredWitnesses: Int

    package init(
        path: FilePath, keys: [String], policyFile: FilePath?, stateFile: FilePath?,
        requiredWitnesses: Int
    ) {
        self.path = path
        self.keys = keys
        self.policyFile = policyFile
        self.stateFile = stateFile
        self.requiredWitnesses = requiredWitnesses
    }

    package func run(
        progress: @escaping (VerificationProgress) -> Void
    ) throws(VerificationFault) -> PackReport {
        try requirePack()
        let policy = try TrustPolicy.given(keys: keys, policyFile: policyFile)
        let state = try stateFile.map { path throws(VerificationFault) in try StateFile(path) }
        let remembered = try state.flatMap { state throws(VerificationFault) in
            try state.checkpoint()
        }
        let check = PackCheck(
            policy: policy, requiredWitnesses: requiredWitnesses, remembered: remembered)
        var report: PackReport
        do throws(LogReadFailure) {
            report = try check.check(try PackSource(path), progress: progress)
        } catch {
            throw .unreadable(error)
        }
        if let state { report.memory = try Self.remember(report, in: state, remembered) }
        return report
    }

    /// Only what is verified is remembered, and never anything older than before.
    private static func remember(
        _ report: PackReport, in state: StateFile, _ before: UnverifiedCheckpoint?
    ) throws(VerificationFault) -> PackReport.Memory {
        guard report.verdict == .verified, let verified = report.verified,
            before.map({ $0.claim.size < verified.size }) ?? true,
            try state.remember(verified.note)
        else { return .kept(state.path.string) }
        return before == nil ? .begun(state.path.string) : .moved(state.path.string)
    }

    private func requirePack() throws(VerificationFault) {
        let kind: PathKind?
        do throws(LogReadFailure) {
            kind = try PathKind(path)
        } catch {
            throw .unreadable(error)
        }
        guard kind == .file || kind == .folder else { throw .noPack(path) }
    }
}
