// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import LogReading
import Messages
import Server
import SignedNotes
import SystemPackage
import Verification

/// A copy or export of a log: complete under its name or not there at all, and verified before it gets that name, so
/// that what is handed on is what was signed.
enum FreshCopy {
    enum Form: String {
        case directory = "a copy"
        case tiles = "an export"
    }

    /// Writes to a folder that must not exist yet.
    ///
    /// Until it is complete, the folder has another name, so that nobody takes part of a log for the log. A killed
    /// process leaves it behind; the next attempt reports it.
    ///
    /// - Parameters:
    ///   - out: the folder's name, with slashes at its end or without.
    ///   - keys: the log's; without any, signatures are not judged.
    ///   - write: gets the folder to write to.
    /// - Returns: the folder's name, and the result of `write`.
    static func make<Told>(
        _ out: String, as form: Form, keys: [NoteVerifierKey],
        _ write: (String) async throws -> Told
    ) async throws -> (folder: String, told: Told) {
        // What tab completion writes.
        let out = out.withoutTrailingSlashes
        guard !LocalFile.exists(out) else {
            throw CommandFailure(.failure, "\(out) exists already; name a folder that does not.")
        }
        let partial = out + ".partial"
        guard !LocalFile.exists(partial) else {
            throw CommandFailure(
                .failure,
                "\(partial) is left over from \(form.rawValue) that was cut short; remove it.")
        }
        do {
            let told = try await write(partial)
            try await check(partial, as: form, keys: keys)
            // Safe: the call reads both paths while it runs, and keeps nothing.
            guard unsafe rename(partial, out) == 0 else {
                throw CommandFailure(
                    .failure, "\(out) cannot be made: \(describing: Errno(rawValue: errno)).")
            }
            return (out, told)
        } catch {
            try LocalFolder.removeIfAny(partial)
            throw error
        }
    }

    private static func check(
        _ folder: String, as form: Form, keys: [NoteVerifierKey]
    ) async throws(CommandFailure) {
        let options = VerificationOptions(
            policy: keys.isEmpty ? nil : TrustPolicy(logKeys: keys), remembered: nil, maxAge: nil,
            now: CommandContext.current.now(), requiredWitnesses: 0, jobs: Processors.usable)
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

extension String {
    /// A path by which a folder that does not exist yet can be named and renamed.
    fileprivate var withoutTrailingSlashes: String {
        var path = Substring(self)
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
