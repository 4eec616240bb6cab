// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LogReading
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage

/// Which log a command reads: the configured one, or a directory that was named.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log"),
        help: "Log directory, instead of the configured one.", completion: .directory)
    var directory: String?

    @OptionGroup var deployment: DeploymentOptions

    /// The log's directory.
    func path() throws(CommandFailure) -> FilePath {
        if let directory { return FilePath(directory) }
        return FilePath(try deployment.readLog().directory.text)
    }

    /// Names of which a log directory holds at least one from its first record on.
    private static let marks = ["segments", "commits.0", "checkpoints"]

    /// The log as it stands now.
    func snapshot() throws(CommandFailure) -> LogSnapshot {
        let path = try path()
        guard LocalFile.exists(path.string) else {
            throw CommandFailure(
                .notFound, "there is no log at \(path.string); `countersign serve` makes one.")
        }
        guard Self.marks.contains(where: { LocalFile.exists("\(path.string)/\($0)") }) else {
            throw CommandFailure(
                .notFound,
                LocalFile.exists("\(path.string)/tile")
                    ? "\(path.string) is an export: `countersign verify --log` checks it, and its records are read where it was made."
                    : "\(path.string) is no log; name the folder that `log.dir` names.")
        }
        do throws(LogReadFailure) {
            return try LogSnapshot(directory: path)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The log as it is given to others.
    func staticLog() throws(CommandFailure) -> StaticLog {
        let snapshot = try snapshot()
        do throws(LogReadFailure) {
            return try StaticLog(snapshot)
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// A log could not be read.
    init(_ failure: LogReadFailure) {
        let status: ExitStatus =
            switch failure.code {
            case .missing, .noCheckpoint, .notHere: .notFound
            case .unreadable: .notPermitted
            case .notAFile: .failure
            case .tooShort, .badFraming, .badState: .integrityFailure
            }
        self.init(status, "\(failure.message)")
    }
}
