// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// What must have one owner: a copied log with the same state, or the same key, would be a second history under one
/// name.
enum ClaimPurpose {
    /// The log directory.
    case log
    /// The folder `log.state`: what is remembered of the log, and the control socket.
    case state
    /// The file with the signing key.
    case key

    /// The message for a process that comes second.
    func refusal(of path: FilePath, to holder: LockHolder) -> String {
        switch self {
        case .log:
            "\(holder) uses the log in \(path). Stop it first: two writers would sign two histories."
        case .state:
            "\(holder) uses log.state in \(path), where it keeps the newest checkpoint and its socket for commands. "
                + "Stop it first; a log of another name takes a log.state of its own."
        case .key:
            "\(holder) signs with the key \(path). Stop it first: two logs under one key are two histories. A log of "
                + "another name takes a key of its own."
        }
    }
}

/// One process's claim on the file with a log's signing key: a copy of the log with a state folder of its own would be
/// a second writer, too.
///
/// On file systems that do not lock files opened for reading, there is no claim and no refusal.
final class KeyClaim: Sendable {
    private let file: FileDescriptor

    init(_ path: FilePath) throws(DirectoryFault) {
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw DirectoryFault(
                .keyUnreadable,
                "The signing key \(path) cannot be read (\(error)). Correct log.key_file, or the file's owner."
            )
        }
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        // `deinit` closes the file.
        let holder = LockHolder(of: [file])
        throw DirectoryFault(.locked, ClaimPurpose.key.refusal(of: path, to: holder))
    }

    deinit {
        // Closing releases the lock, and so does the end of the process.
        _ = Result { try file.close() }
    }
}
