// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LedgerFiles
import LogFormat
import Merkle
import Messages
import NIOCore
import NIOPosix
import Server
import Settings
import SignedNotes
import SystemPackage

/// The steps by which the log's signing key is changed. If one of them is the last to be reached, running the same
/// command again continues from there.
///
/// ```text
/// rotate   new key beside the old, in FILE.next     K1
///          record key.rotate, signed by the old     K2
///          both in the key file                     K3
///          the server signs with both               K4
/// retire   the server signs with both
///          record key.retire, signed by both        K5
///          published, signed by the key that stays  K6
///          one in the key file                      K7
///          the server signs with one
/// ```
struct SigningKeyChange {
    let log: LogSettings
    private let recorder: HostRecorder

    init(_ deployment: Deployment) {
        log = deployment.settings.log
        recorder = HostRecorder(deployment: deployment)
    }

    private var pendingPath: String { log.keyFile.text + ".next" }

    /// Makes a new key sign beside the present one.
    func rotate() async throws(CommandFailure) -> (new: NoteSigner, old: NoteSigner) {
        var present = try SigningKey.read(log)
        let pending = try pending()
        if present.count == 1 {
            let new = if let pending { pending } else { try makePending(present[0].name) }
            // Crash point K1: a key that nobody knows of. The next attempt uses it.
            try await recorder.record(
                SigningFacts(
                    change: .rotate, key: new.verifierKey.text,
                    keys: [new.verifierKey.text, present[0].verifierKey.text]))
            // Crash point K2: the log knows a key that does not sign yet. The next attempt says so again.
            present = [new, present[0]]
            try write(present)
        } else {
            guard let pending, present[0].keyID == pending.keyID else {
                throw CommandFailure(
                    .usage,
                    "two keys sign already; once everybody who verifies has the new one, end the old one: countersign key retire \(describing: present[1].keyID)."
                )
            }
        }
        // Crash point K3: both are in the key file, and the server may sign with one. The next attempt tells it.
        _ = try await recorder.isRecorded(byServer: Self.sign)
        // Crash point K4: done, but for the copy of the new key.
        try LocalFolder.removeIfAny(pendingPath)
        return (present[0], present[1])
    }

    /// Makes a key stop signing.
    ///
    /// - Parameter id: its key id, as `key list` shows it.
    func retire(_ id: String) async throws(CommandFailure) -> (old: NoteSigner, left: NoteSigner) {
        let present = try SigningKey.read(log)
        guard let old = present.first(where: { "\($0.keyID)" == id }) else {
            throw CommandFailure(
                .notFound,
                "no key with the id `\(id)` signs; `countersign key list` shows those that do.")
        }
        guard let left = present.first(where: { $0.keyID != old.keyID }) else {
            throw CommandFailure(
                .usage,
                "\(id) is the only key that signs; `countersign key rotate` puts a new one beside it first."
            )
        }
        guard !LocalFile.exists(pendingPath) else {
            throw CommandFailure(
                .usage, "a rotation was cut short; `countersign key rotate` again ends it first.")
        }
        // The record's group must be signed by the key that stays.
        _ = try await recorder.isRecorded(byServer: Self.sign)
        try await recorder.record(
            SigningFacts(
                change: .retire, key: old.verifierKey.text, keys: [left.verifierKey.text]))
        // Crash point K5: the log knows that the key has ended, and both sign: what the other signs is good.
        guard try await isPublished(signedBy: left.verifierKey) else {
            throw CommandFailure(
                .unavailable,
                "no checkpoint signed by \(describing: left.keyID) is published yet, without which the log could not be opened; run this again."
            )
        }
        // Crash point K6: as before.
        try write([left])
        // Crash point K7: the server signs with both until its next start, which harms nobody.
        _ = try await recorder.isRecorded(byServer: Self.sign)
        return (old, left)
    }

    /// Asks the server to read the key file.
    private static let sign = JSONValue.object([JSONMember("do", .string("sign"))])

    private func pending() throws(CommandFailure) -> NoteSigner? {
        guard LocalFile.exists(pendingPath) else { return nil }
        do throws(DirectoryFault) {
            return try SigningKeyFile.read(.init(pendingPath)).first
        } catch {
            throw CommandFailure(
                .failure,
                "\(pendingPath) is left over from a rotation and cannot be read; remove it: \(error.description)"
            )
        }
    }

    private func makePending(_ name: KeyName) throws(CommandFailure) -> NoteSigner {
        do throws(DirectoryFault) {
            return try SigningKeyFile.create(.init(pendingPath), name: name)
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
    }

    private func write(_ keys: [NoteSigner]) throws(CommandFailure) {
        try LocalFile.replace(log.keyFile.text, SigningKeyFile.content(keys), isSecret: true)
    }

    /// Waits until the published checkpoint is signed by a key: opening begins with it.
    private func isPublished(signedBy key: NoteVerifierKey) async throws(CommandFailure) -> Bool {
        guard let policy = TrustPolicy(logKeys: [key]) else { return false }
        let path = LocalFile.path(of: LogLayout.checkpoint, in: log.directory.text)
        let pause = Duration.milliseconds(50)
        let looks = Int((.seconds(10) + log.publish.every) / pause)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        for _ in 0..<looks {
            let note = try LocalFile.read(path, most: 1 << 20) ?? []
            if case .success(let checkpoint) = Result(catching: { () throws(CheckpointReadFault) in
                try UnverifiedCheckpoint(note)
            }), case .verified = checkpoint.verify(with: policy) {
                return true
            }
            do {
                try await loop.scheduleTask(in: TimeAmount(pause)) {}.futureResult.get()
            } catch {
                throw CommandFailure(.failure, "the command was stopped while it waited.")
            }
        }
        return false
    }
}
