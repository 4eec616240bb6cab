// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Foundation
internal import Ledger
internal import LogReading
package import Merkle
package import SignedNotes
internal import SystemPackage
package import TestSupport
package import Verification

/// A log in memory as ``LogVerifier`` sees it: written as files to a folder of its own, and read from there.
///
/// The ledger takes no part: whatever it believes about its log, this is what an auditor finds.
package struct InspectedLog: Sendable {
    package let report: VerificationReport
    /// All leaves, in order.
    package let leaves: [[UInt8]]

    /// - Parameter remembered: a checkpoint that was kept, or a state file.
    package init(
        _ storage: MemoryStorage, key: NoteVerifierKey, remembered: [UInt8]? = nil
    ) async throws {
        let folder = try LogFolder(storage.files)
        let options = VerificationOptions(
            policy: TrustPolicy(logKeys: [key]), remembered: remembered, maxAge: nil,
            now: UTCInstant(microseconds: 0), requiredWitnesses: 0, jobs: 1)
        report = try await LogVerifier(options) { _ in }.verify(directory: folder.path)
        let known = remembered.flatMap { RememberedCheckpoint(stateFile: $0)?.checkpoint }
        let snapshot = try LogSnapshot(directory: folder.path, known: known)
        var leaves: [[UInt8]] = []
        // An unsound log is judged by its report.
        if report.recordsRead == snapshot.size.count {
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { _, leaf in
                leaves.append(leaf)
            }
        }
        self.leaves = leaves
    }

    /// The newest checkpoint that a reader of these files is shown; nil if there is none yet.
    static func newestCheckpoint(
        _ files: [LogFile: [UInt8]]
    ) throws -> UnverifiedCheckpoint? {
        let shown = files.filter { file, _ in
            switch file {
            case .commits, .checkpoint, .checkpointJournal: true
            default: false
            }
        }
        return try LogSnapshot(directory: try LogFolder(shown).path).newest
    }

    /// The findings that mean something is wrong: all but notes.
    package var concerns: [Finding] { report.findings.filter { $0.concern != .note } }

    /// The findings that no fault excuses: the log is not as signed, or cannot be read.
    ///
    /// - Parameter codes: findings to excuse nevertheless.
    package func faults(except codes: Set<FindingCode>) -> [Finding] {
        concerns.filter { !codes.contains($0.code) }
    }

    /// The root of the first so many leaves, for the sizes given.
    package func roots(at sizes: Set<UInt64>) -> [UInt64: RootHash] {
        var frontier = Frontier()
        var roots: [UInt64: RootHash] = [:]
        for leaf in leaves {
            frontier.append(LeafHash(of: leaf))
            let size = frontier.size.count
            if sizes.contains(size) { roots[size] = frontier.root() }
        }
        return roots
    }
}

/// A folder with the files of a log, removed with the value.
private final class LogFolder {
    private let url: URL

    init(_ files: [LogFile: [UInt8]]) throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "inspected-\(UUID().uuidString)")
        for (file, bytes) in files {
            // The state file lies elsewhere.
            guard let name = file.path else { continue }
            let target = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: target)
        }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What cannot be removed is left for the system to clean up.
        _ = Result { try FileManager.default.removeItem(at: url) }
    }

    var path: FilePath { FilePath(url.path) }
}
