// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What the server's log says about the audit log: what is slow or fails, and when that is over.
///
/// Pure: it is shown the state of the log once a second, and answers with the lines to write. The log's own threads
/// write no messages, so that nobody who reads them can hold the log up.
package struct LedgerWatch {
    /// A line of the server's log.
    package struct Line: Hashable, Sendable {
        package var level: Logger.Level
        package var text: String
        package var fields: [String: String]
    }

    /// What is counted, and told once a minute while it grows.
    private struct Telling {
        var told: UInt64
        /// The first look at which more is told.
        var next: UInt64 = 0

        /// How many there are since the last line; nil: nothing is to be told.
        mutating func more(of count: UInt64, at look: UInt64) -> UInt64? {
            guard count > told, look >= next else { return nil }
            defer { (told, next) = (count, look + LedgerWatch.looksBetween) }
            return count - told
        }
    }

    /// Looks between two lines that say the same: a disk that is slow for hours fills no other.
    private static let looksBetween: UInt64 = 60

    private var look: UInt64 = 0
    private var obstacle: LogObstacle?
    /// The look that met it first.
    private var obstacleMet: UInt64 = 0
    private var rejected: Telling
    private var publications: Telling
    private var slowSyncs: Telling
    private var unrecorded: Telling
    /// How many syncs there had been when slow ones were told.
    private var toldSyncs: UInt64

    /// Tells what happens from now on.
    package init(_ strain: LedgerStrain) {
        rejected = Telling(told: strain.rejectedGroups.count)
        publications = Telling(told: strain.publications.count)
        slowSyncs = Telling(told: strain.slowSyncs)
        unrecorded = Telling(told: strain.unrecorded)
        toldSyncs = strain.syncs
    }

    /// Another second has passed.
    package mutating func look(at strain: LedgerStrain) -> [Line] {
        look += 1
        var lines: [Line] = []
        if let line = change(of: strain.obstacle) { lines.append(line) }
        if let more = rejected.more(of: strain.rejectedGroups.count, at: look) {
            lines.append(
                Line(
                    level: .error, text: "records found no room; their accesses are refused",
                    fields: ["groups": "\(more)"].with(strain.rejectedGroups.last)))
        }
        if let more = publications.more(of: strain.publications.count, at: look) {
            lines.append(
                Line(
                    level: .warning, text: "checkpoint cannot be published yet; trying again",
                    fields: ["times": "\(more)"].with(strain.publications.last)))
        }
        if let more = slowSyncs.more(of: strain.slowSyncs, at: look) {
            let most = LedgerStrain.slowSync / .milliseconds(1)
            lines.append(
                Line(
                    level: .warning, text: "disk is slow; every access waits for it",
                    fields: [
                        "over \(Int(most)) ms": "\(more)", "syncs": "\(strain.syncs - toldSyncs)",
                    ]))
            toldSyncs = strain.syncs
        }
        if let more = unrecorded.more(of: strain.unrecorded, at: look) {
            lines.append(
                Line(
                    level: .error, text: "accesses went through without a record",
                    fields: ["accesses": "\(more)"]))
        }
        return lines
    }

    private mutating func change(of present: LogObstacle?) -> Line? {
        let before = obstacle
        obstacle = present
        guard let present else {
            guard before != nil else { return nil }
            return Line(
                level: .notice, text: "log takes records again",
                fields: ["seconds": "\(look - obstacleMet)"])
        }
        guard before?.isLike(present) != true else { return nil }
        if before == nil { obstacleMet = look }
        let fields = ["cause": present.description]
        return switch present {
        case .stopped:
            Line(
                level: .critical, text: "log has stopped; accesses are refused", fields: fields)
        case .stalled:
            Line(level: .error, text: "log is stalled; accesses wait", fields: fields)
        case .backlog:
            Line(level: .error, text: "log is overtaxed; accesses are refused", fields: fields)
        // Told with how many groups were rejected.
        case .noRoom: nil
        // The server is stopping, and says so itself.
        case .closed: nil
        }
    }
}

extension LogObstacle {
    /// Whether another one is the same, however long it has lasted.
    fileprivate func isLike(_ other: LogObstacle) -> Bool {
        switch (self, other) {
        case (.stopped, .stopped), (.stalled, .stalled), (.backlog, .backlog), (.noRoom, .noRoom),
            (.closed, .closed):
            true
        default: false
        }
    }
}

extension [String: String] {
    /// These fields, with what was wrong.
    fileprivate func with(_ fault: StorageFault?) -> Self {
        var fields = self
        if let fault { fields["cause"] = fault.description }
        return fields
    }
}

/// Shows a watch the log once a second, and writes what it says.
struct LedgerWatching {
    private let task: RepeatedTask

    /// Begins to look.
    init(_ ledger: Ledger, _ logger: Logger) {
        @Sendable func strain() -> LedgerStrain { ledger.strain(patience: AdminConsole.patience) }
        let watch = Mutex(LedgerWatch(strain()))
        task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .seconds(1), delay: .seconds(1)
        ) { _ in
            for line in watch.withLock({ $0.look(at: strain()) }) {
                logger.log(
                    level: line.level, "\(line.text)",
                    metadata: line.fields.mapValues { .string($0) })
            }
        }
    }

    /// Stops looking.
    func stop() { task.cancel() }
}
