// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Messages
import Server
import Settings

extension Examination {
    /// The folders that the log is written to.
    func folders() -> [Diagnosis] {
        let (log, state) = (settings.log.directory.text, settings.log.state.text)
        var found = [
            logFiles(in: log) ?? folder("log", log), folder("state", state),
        ]
        if let memory = memory(in: state, of: log) { found.append(memory) }
        if let segments = segments(in: log) { found.append(segments) }
        if let space = DiskSpace(of: LocalFile.nearestFolder(to: log)) {
            found.append(
                space.isShort
                    ? .bad(
                        "disk",
                        "\(space.text): the log stops, and refuses accesses, when it is full",
                        fix: "make room on the file system of \(log)")
                    : .good("disk", "\(space.text)"))
            if let other = DiskSpace(of: LocalFile.nearestFolder(to: state)),
                other.fileSystem == space.fileSystem
            {
                found.append(
                    .caution(
                        "state",
                        "is on the same file system as the log: whoever restores one can restore both",
                        fix: "set log.state to a folder on another disk"))
            }
        }
        return found
    }

    private func folder(_ subject: String, _ path: String) -> Diagnosis {
        guard let mode = LocalFile.mode(of: path) else {
            let parent = LocalFile.nearestFolder(to: path)
            // Safe: the call reads the path while it runs, and keeps nothing.
            guard unsafe access(parent, W_OK) == 0 else {
                return .bad(
                    subject, "\(path) does not exist, and \(parent) cannot be written",
                    fix: "mkdir -m 700 \(path), owned by who runs the server")
            }
            return .good(subject, "\(path) will be made")
        }
        // Safe: as above.
        guard unsafe access(path, W_OK | X_OK) == 0 else {
            return .bad(
                subject, "\(path) cannot be written",
                fix: "run as its owner, or chown it to who runs the server")
        }
        guard mode & 0o022 == 0 else {
            return .bad(
                subject, "others can write to \(path) (mode \(String(mode, radix: 8)))",
                fix: "chmod 700 \(path)")
        }
        guard mode & 0o005 == 0 else {
            return .caution(
                subject, "others can read \(path) (mode \(String(mode, radix: 8)))",
                fix: "chmod 700 \(path)")
        }
        return .good(subject, "\(path)")
    }
}
