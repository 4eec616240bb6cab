// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle

/// The lesser failure: this group was not written; the log goes on with the next one.
package struct GroupRejected: Error, Hashable, Sendable, CustomStringConvertible {
    package let cause: StorageFault

    package var description: String { "Its commit group could not be written (\(cause))." }
}

/// The greater failure: what is on the disk is in doubt, so nothing more is written.
///
/// `PoisonedStaysPoisoned`: only a new start, which reads back what is there, ends it. A failed
/// sync is never retried on the same descriptor: the kernel may have dropped the pages.
package struct LogPoisoned: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The commit frame may or may not be on the disk.
        case commit(StorageFault)
        /// The group is durable in the commit journal but could not be applied.
        case apply(StorageFault)
        /// Publishing the checkpoint failed.
        case publish(StorageFault)
    }

    package let cause: Cause

    package var description: String {
        let what =
            switch cause {
            case .commit(let fault): "a commit group could not be made durable (\(fault))"
            case .apply(let fault): "a durable group could not be applied (\(fault))"
            case .publish(let fault): "the checkpoint could not be published (\(fault))"
            }
        return "The log has stopped: \(what). Restart to recover from the commit journal."
    }
}

/// Why a record was not even queued.
package enum AppendRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The leaf would be longer than the 65,535 bytes that an entry can have.
    case tooLarge
    /// More bytes wait for the disk than allowed; the disk is stalled or too slow.
    case backlog
    /// The log was closed.
    case closed
    case poisoned(LogPoisoned)

    package var description: String {
        switch self {
        case .tooLarge: "The record would be longer than an entry of the log may be."
        case .backlog: "More records wait for the disk than may."
        case .closed: "The log is closed."
        case .poisoned(let fault): "\(fault)"
        }
    }
}

/// Why a log was not opened; ``CustomStringConvertible/description`` ends in what to do.
package struct OpenFault: Error, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        case storage
        case damaged
        case rolledBack
        case forked
        case foreignOrigin
        case untrustedCheckpoint
    }

    package let code: Code
    /// What was found, where, and what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    init(_ fault: StorageFault) {
        self.init(.storage, "The log cannot be opened: \(fault).")
    }
}
