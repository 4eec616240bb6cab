// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LogFormat
import LogReading
import Messages
import Server
import Settings
import SystemPackage
import Verification

extension Examination {
    /// The first file or folder of the log that the owner of the directory cannot write, or that is neither file nor
    /// folder; nil if all is well, or there is no log.
    ///
    /// Judged for the service's user, whoever runs this: a server that was once started as another user leaves files
    /// behind that it cannot open later.
    func logFiles(in directory: String) -> Diagnosis? {
        guard let owner = FileFacts(directory) else { return nil }
        for name in names(in: directory) {
            let path = LocalFile.path(of: name, in: directory)
            guard let facts = FileFacts(path) else { continue }
            guard facts.isFile || facts.isFolder else {
                return .bad(
                    "log", "\(path) is neither a file nor a folder",
                    fix: "put the file of the log back")
            }
            guard facts.canBeWritten(by: owner) else {
                return .bad(
                    "log",
                    "\(path) cannot be written by user \(owner.user), who owns \(directory) (it is user \(facts.user)'s, mode \(String(facts.mode & 0o777, radix: 8)))",
                    fix: "chown -R \(owner.user) \(directory)")
            }
        }
        return nil
    }

    /// Everything below a folder; nothing where it cannot be read, which another examination says.
    private func names(in directory: String) -> [String] {
        switch Result(catching: { try FileManager.default.subpathsOfDirectory(atPath: directory) })
        {
        case .success(let names): names.sorted()
        case .failure: []
        }
    }

    /// The segments that are not in the log directory; nil where all are, and where the log cannot be read, which
    /// another examination says.
    func segments(in directory: String) -> Diagnosis? {
        guard LocalFile.exists(LocalFile.path(of: LogLayout.checkpoint, in: directory)) else {
            return nil
        }
        do throws(LogReadFailure) {
            let away = try LogSnapshot(directory: FilePath(directory)).segmentsAway()
            guard let (first, absence) = away.first else { return nil }
            return .caution(
                "segments",
                "\(away.count) \(away.count == 1 ? "is" : "are") not here, first \(LogLayout.segment(first)) (\(absence.text))",
                fix: "none, if that was done on purpose; verify copies of segments where they are")
        } catch {
            guard error.code == .badState else { return nil }
            return .bad("segments", "\(error.message)", fix: nil)
        }
    }

    /// What log.state remembers, where that is not as it should be.
    func memory(in folder: String, of directory: String) -> Diagnosis? {
        let path = LocalFile.path(of: "checkpoint.slots", in: folder)
        let published = LocalFile.path(of: LogLayout.checkpointJournal, in: directory)
        guard LocalFile.exists(published) else { return nil }
        let bytes: [UInt8]
        do throws(CommandFailure) {
            bytes = try LocalFile.read(path, most: 1 << 20) ?? []
        } catch {
            return .bad("state", error.message ?? "\(path) cannot be read", fix: nil)
        }
        if bytes.allSatisfy({ $0 == 0 }) {
            return .bad(
                "state", "\(path) remembers nothing of the log: the server will not start",
                fix: "put the file back, or see `countersign log adopt --help`")
        }
        guard RememberedCheckpoint(stateFile: bytes) == nil else { return nil }
        return .bad(
            "state", "\(path) holds no checkpoint: the server will not start",
            fix: "put the file back, or see `countersign log adopt --help`")
    }
}

/// Owner and mode of what is under a name, links followed.
private struct FileFacts {
    let user: UInt32
    let group: UInt32
    let mode: UInt32

    /// Nil where there is nothing.
    init?(_ path: String) {
        var status = stat()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe stat(path, &status) == 0 else { return nil }
        (user, group, mode) = (status.st_uid, status.st_gid, status.st_mode)
    }

    var isFile: Bool { mode & S_IFMT == S_IFREG }
    var isFolder: Bool { mode & S_IFMT == S_IFDIR }

    /// By mode; access lists and further groups are not looked at, and the superuser may do anything.
    func canBeWritten(by owner: FileFacts) -> Bool {
        if owner.user == 0 { return true }
        if user == owner.user { return mode & 0o200 != 0 }
        if group == owner.group { return mode & 0o020 != 0 }
        return mode & 0o002 != 0
    }
}
