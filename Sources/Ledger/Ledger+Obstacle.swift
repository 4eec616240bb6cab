// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why no access can be recorded now; the description is for whoever asks whether the proxy is
/// ready.
package enum LogObstacle: Hashable, Sendable, CustomStringConvertible {
    case stopped(LogPoisoned)
    /// One write to the disk has taken this long without returning, and may never return.
    case stalled(Duration)
    /// Records were rejected, and none has become durable since: the file system is full, or no
    /// file can be opened.
    case noRoom(StorageFault)
    /// As many bytes wait as are allowed.
    case backlog
    case closed

    package var description: String {
        switch self {
        case .stopped(let poisoned): poisoned.description
        case .stalled(let time):
            "The disk has not answered for \(time.components.seconds) s. Check the disk and the kernel log."
        case .noRoom(let fault):
            "Records cannot be written (\(fault)): accesses are refused, unless `on_failure` lets them through. Once there is room, records go on by themselves."
        case .backlog: "Too many records wait for the disk. Check the disk and the kernel log."
        case .closed: "The log is closed: the proxy is stopping."
        }
    }
}

extension Ledger {
    /// What prevents recording, if anything; never waits for the disk.
    ///
    /// - Parameter patience: how long one group may take before the disk counts as stalled. Accesses wait meanwhile, and
    ///   are refused only once too many do.
    package func obstacle(patience: Duration) -> LogObstacle? {
        if let refusal = intake.refusal {
            return switch refusal {
            case .poisoned(let cause): .stopped(cause)
            case .closed: .closed
            case .backlog, .tooLarge: .backlog
            }
        }
        if let time = board.busyFor, time > patience { return .stalled(time) }
        return gaps.cause.map { .noRoom($0) }
    }

    /// How many records have found no room since the boot; the log names them once it takes records
    /// again.
    package var lostRecords: UInt64 { gaps.count }
}
