// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

extension GroupWriter {
    /// Why something was not done between two groups.
    enum IdleFault: Error {
        /// The log was poisoned before.
        case stopped(StorageFault)
        /// What was written could not be published: nothing was done.
        case before(StorageFault)
        case during(StorageFault)
    }

    /// Does something while no group is on its way and everything that was written is durable, applied and published:
    /// the commit journal then holds nothing that is needed, and is empty afterwards, as far as this writer goes.
    ///
    /// Blocks writing for as long as that takes.
    func whileIdle(
        _ body: (inout Sequencer) throws(StorageFault) -> Void
    ) throws(IdleFault) {
        try turn.withLock { turn throws(IdleFault) in
            land: while true {
                switch flight.withLock({ rest(&$0) }) {
                case .idle: break land
                case .isOver: throw .stopped(StorageFault(.sync, .commits(0), .system(0)))
                case .landing: landing.wait(until: nil)
                case .window(let window): _ = sync(window)
                }
            }
            do throws(StorageFault) { try publisher.flush() } catch { throw .before(error) }
            flight.withLock { $0.journal.empty() }
            do throws(StorageFault) { try body(&turn.sequencer) } catch { throw .during(error) }
        }
    }

    /// What is on its way.
    private enum Rest {
        case idle
        /// Nothing more may be written.
        case isOver
        case landing
        case window(UnsyncedGroups.Window)
    }

    private func rest(_ flight: inout Flight) -> Rest {
        guard !flight.groups.isStopped else { return .isOver }
        if let window = beginSync(&flight) { return .window(window) }
        guard flight.groups.count > 0 || flight.unsynced.isSyncing else { return .idle }
        flight.isAwaited = true
        return .landing
    }
}
