// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Catalog
import LogFormat
import LogReading
import Merkle
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

    /// The folder of its catalog, that of a configured log or the one beside a named directory; nil where none is kept.
    func catalogFolder() throws(CommandFailure) -> CatalogFolder? {
        if let directory {
            return CatalogFolder(FilePath(CatalogPlace.beside(directory)))
        }
        return try deployment.readLog().catalog.folder.map { CatalogFolder(FilePath($0.text)) }
    }

    /// Names of which a log directory holds at least one from its first record on.
    private static let marks = ["segments", "commits.0", "checkpoints"]

    /// The log as it stands now.
    func snapshot() throws(CommandFailure) -> LogSnapshot {
        let path = try path()
        guard try LocalFile.present(path.string) else {
            throw CommandFailure(
                .notFound, "there is no log at \(path.string); `countersign serve` makes one.")
        }
        var isLog = false
        for mark in Self.marks where !isLog {
            isLog = try LocalFile.present("\(path.string)/\(mark)")
        }
        guard isLog else {
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

    /// The log as it stands now, with every segment in its directory: for those who hand on all of it.
    func wholeSnapshot() throws(CommandFailure) -> LogSnapshot {
        let snapshot = try snapshot()
        let away: [(SegmentNumber, LogReadFailure.Absence)]
        do throws(LogReadFailure) {
            away = try snapshot.segmentsAway()
        } catch {
            throw CommandFailure(error)
        }
        guard let (first, absence) = away.first else { return snapshot }
        let remedy =
            switch absence {
            case .archived:
                "Put archived segments back, then remove their files `away`; or hand on the copies where they are."
            case .expired:
                "What was destroyed can be handed on by nobody; read the records that are left with `countersign log query`."
            }
        throw CommandFailure(
            .notFound,
            "the log is not whole here: \(away.count) \(away.count == 1 ? "segment is" : "segments are") not in its directory, first \(LogLayout.segment(first)) (\(absence.text)). \(remedy)"
        )
    }

    /// The log as it is given to others.
    func staticLog() throws(CommandFailure) -> StaticLog { try staticLog(of: snapshot()) }

    /// A snapshot as it is given to others.
    func staticLog(of snapshot: LogSnapshot) throws(CommandFailure) -> StaticLog {
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
            case .unreadable where failure.isForbidden: .notPermitted
            case .unreadable, .notAFile, .interrupted: .failure
            case .tooShort, .badFraming, .badState: .integrityFailure
            }
        self.init(status, "\(failure.message)")
    }
}
