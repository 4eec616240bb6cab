// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Dispatch
internal import Synchronization

/// The threads of a running ledger. What each of them does is in ``Ledger/nextGroup()``,
/// ``Ledger/sync(_:)``, ``Ledger/flush()`` and ``Ledger/recordHeartbeat()``; this is only about
/// when.
extension Ledger {
    /// One of the two writers, of which one has the turn. On a fast disk it keeps the turn; on a
    /// slow one it hands it over before it syncs.
    ///
    /// ```text
    /// ledger                      ledger-2
    /// write n  ── turn ─────────▶ wait half a sync
    /// sync n                      write n+1
    /// tell those of n  ◀── turn ─ sync n+1
    /// write n+2 …                 tell those of n+1
    /// ```
    func runWriter(_ number: Int) {
        let (own, others) = (turns[number], turns[1 - number])
        if number > 0 { own.wait(until: nil) }
        while !turnsAreOver.load(ordering: .sequentiallyConsistent) {
            guard let departed = nextGroup() else {
                turnsAreOver.store(true, ordering: .sequentiallyConsistent)
                return others.signal()
            }
            if case .syncWindow(let isNew) = departed.next {
                if isNew { others.signal() }
                acknowledged()
                continue
            }
            let handsOver =
                options.durability == .synced && writer.overlaps(waiting: intake.waitingCount)
            if handsOver { others.signal() }
            sync(departed)
            if handsOver { own.wait(until: nil) }
        }
    }

    /// Syncs what the writer has acknowledged, beginning half of ``LedgerOptions/syncWithin`` after
    /// the first of it, which leaves the other half for the sync.
    func runSyncer() {
        while true {
            let isOver = turnsAreOver.load(ordering: .sequentiallyConsistent)
            guard let since = writer.windowSince else {
                guard !isOver else { return }
                turns[1].wait(until: nil)
                continue
            }
            let due = since + options.syncWithin / 2
            if !isOver, due > .now {
                turns[1].wait(until: due)
            } else if syncWindow() == nil {
                return
            }
        }
    }

    /// Nothing is published once the log is poisoned.
    private var due: Publisher.Due { intake.poisoned == nil ? publisher.due : .never }

    func runHousekeeper() {
        var lastFlush = DispatchTime.now()
        var nextHeartbeat = lastFlush + options.heartbeatEvery.dispatchInterval
        var nextLook = lastFlush
        let interval = options.publishEvery.dispatchInterval
        while !closing.load(ordering: .sequentiallyConsistent) {
            // Groups within the interval share one flush, unless the commit journal needs room
            // sooner; a flush that failed for now is due again with the next.
            let wakeAt: DispatchTime =
                switch due {
                case .never: nextHeartbeat
                case .inTime: min(nextHeartbeat, lastFlush + interval)
                case .now: .now()
                }
            let looksAt = gaps.areNamed ? wakeAt : min(wakeAt, nextLook)
            // Woken by news, by closing, or by time.
            _ = housekeeping.wait(timeout: looksAt)
            let now = DispatchTime.now()
            if now >= nextLook, !gaps.areNamed {
                nameGaps()
                nextLook = now + .seconds(1)
            }
            if accesses.isHeartbeatDue || now >= nextHeartbeat {
                recordHeartbeat()
                nextHeartbeat = now + options.heartbeatEvery.dispatchInterval
            }
            switch due {
            case .never: continue
            case .inTime: guard now >= lastFlush + interval else { continue }
            case .now: break
            }
            flush()
            lastFlush = DispatchTime.now()
        }
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}
