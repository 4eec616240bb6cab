// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import SystemPackage

/// A file of a log could not be read.
package struct LogReadFailure: Error, Sendable {
    package enum Code: String, Sendable {
        /// There is no such file.
        case missing
        /// The system refused to open or read it.
        case unreadable
        /// A folder, pipe or device is where a file should be.
        case notAFile
        /// The file ended before the bytes that it must have.
        case tooShort
        /// There is no readable checkpoint, so the log's size is unknown.
        case noCheckpoint
        /// The framing of the entries is wrong.
        case badFraming
        /// The segment was put away, or destroyed at the end of its retention.
        case notHere
        /// The file `away` of a segment says nothing that this program understands.
        case badState
        /// Whoever read it was told to stop.
        case interrupted
    }

    /// Why a segment is legitimately not in the log directory.
    package enum Absence: Hashable, Sendable {
        /// Where copies of it are.
        case archived(places: [String])
        /// Which record says that it was destroyed.
        case expired(record: LeafIndex)

        /// As the end of a sentence about a file of the segment.
        package var text: String {
            switch self {
            case .archived(let places): "archived: \(places.joined(separator: ", "))"
            case .expired(let record):
                "destroyed at the end of its retention: record \(record.value)"
            }
        }
    }

    package let code: Code
    package let path: FilePath
    /// What the system said.
    package let cause: Errno?
    /// Of ``Code/notHere``.
    package let absence: Absence?

    package init(_ code: Code, _ path: FilePath, cause: Errno? = nil) {
        self.code = code
        self.path = path
        self.cause = cause
        absence = nil
    }

    /// A file of a segment that is not in the log directory.
    package init(_ absence: Absence, _ path: FilePath) {
        code = .notHere
        self.path = path
        cause = nil
        self.absence = absence
    }

    /// Whether somebody else may read it.
    package var isForbidden: Bool { cause == .permissionDenied || cause == .notPermitted }

    /// What happened and what to do about it.
    package var message: String {
        switch code {
        case .missing:
            "\(path) does not exist. Check that the directory is that of a log."
        case .unreadable:
            "\(path) cannot be read (\(cause.map { "\($0)" } ?? "unknown cause")). "
                + (isForbidden
                    ? "Run as the user that owns the log, or give your group read access."
                    : "Look at the disk that it is on.")
        case .notAFile:
            "\(path) is a folder, pipe or device, not a file. Name a file, or put the file of the log back."
        case .tooShort:
            "\(path) is shorter than the log's checkpoint asks for. Run `countersign verify` for all findings."
        case .noCheckpoint:
            "\(path) holds no readable checkpoint. Run `countersign verify` for all findings."
        case .badFraming:
            "\(path) holds bytes that are no entries. Run `countersign verify` for all findings."
        case .notHere:
            "\(path) is not in the log directory (\(absence?.text ?? "unknown why")). "
                + "Read an archived segment where it is; of a destroyed one, the tree keeps the hash."
        case .badState:
            "\(path) does not say in a form known here where the segment is. "
                + "Use a newer program, or run `countersign verify` for all findings."
        case .interrupted: "\(path) was not read to its end, because the reader had to stop."
        }
    }
}

extension LogReadFailure: Equatable {
    package static func == (one: Self, other: Self) -> Bool {
        one.code == other.code && one.path == other.path && one.absence == other.absence
    }
}
