// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogReading
package import Merkle
package import SystemPackage

/// Why evidence was not written.
package enum EvidenceFailure: Error, Sendable {
    case reading(LogReadFailure)
    case writing(FilePath, Errno?)
    /// The log does not hold what was signed.
    case notAsSigned
    /// A leaf does not say which record it is, as every record does: a pack has no place for it.
    case notARecord(LeafIndex)
    /// The pack is larger than an archive may be.
    case tooLargeForArchive
    /// The remembered checkpoint is of another log, or newer than the log.
    case notContinued
    /// The manifest could not be signed.
    case unsigned(String)
    /// What an interrupted export left is not of the form that it leaves.
    case unusable(FilePath)
    /// The log takes no record of it.
    case notRecorded
    /// Exports may take no more of the disk.
    case noRoom
    /// Another process has the export.
    case beingWritten(FilePath)

    /// What happened and what to do about it.
    package var message: String {
        switch self {
        case .reading(let failure): failure.message
        case .writing(let path, let cause):
            "\(path) cannot be written (\(cause.map { "\($0)" } ?? "unknown cause")). Make room, or name a place that you may write to."
        case .notAsSigned:
            "the log does not hold what was signed, and nothing is handed over. `countersign verify` says what was changed."
        case .notARecord(let index):
            "record \(index.value) does not say which record it is, so no pack can hold it. Export the log with --format tiles, or another range."
        case .tooLargeForArchive:
            "the pack has a file of 8 GiB or more, which its archive cannot hold. Write it to a folder, or export shorter ranges."
        case .notContinued:
            "the remembered checkpoint is not of this log, or of a later state of it. Give the one that the auditor saw last, or none."
        case .unsigned(let cause):
            "the manifest cannot be signed: \(cause). Look at the log's key file."
        case .unusable(let folder):
            "\(folder) is left over from an export that was cut short, and nothing can go on with it. Remove it."
        case .notRecorded:
            "the log takes no record of it now, and nothing leaves without one. Order it again once the log takes records."
        case .noRoom:
            "the exports of this server may take no more of its disk. Remove those that are fetched, or ask for less."
        case .beingWritten(let folder):
            "\(folder) is being written by another process. Wait for that, or name another place."
        }
    }
}

extension EvidenceFailure {
    /// What reading gives, or its failure as one of these.
    static func reading<Value>(
        _ body: () throws(LogReadFailure) -> Value
    ) throws(EvidenceFailure) -> Value {
        do throws(LogReadFailure) {
            return try body()
        } catch {
            throw .reading(error)
        }
    }
}
