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
    /// A file with a checkpoint that was seen earlier. It is read, and never written: a pack may be older than it.
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
        let remembered = try stateFile.map { path throws(VerificationFault) in
            try Self.checkpoint(path)
        }
        let check = PackCheck(
            policy: policy, requiredWitnesses: requiredWitnesses, remembered: remembered)
        do throws(LogReadFailure) {
            return try check.check(try PackSource(path), progress: progress)
        } catch {
            throw .unreadable(error)
        }
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

    private static func checkpoint(
        _ path: FilePath
    ) throws(VerificationFault) -> UnverifiedCheckpoint {
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(of: path)
        } catch {
            throw .unreadable(error)
        }
        do throws(CheckpointReadFault) {
            return try UnverifiedCheckpoint(bytes)
        } catch {
            throw .badCheckpoint(path, error)
        }
    }
}
