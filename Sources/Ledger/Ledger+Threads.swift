// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// The two threads of a running ledger. What each of them does is in ``Ledger/write(_:)``, ``Ledger/flush()`` and
/// ``Ledger/recordHeartbeat()``; here is only when.
extension Ledger {
    func runWriter() {
        var spare: [PendingRecord] = []
        while var records = intake.take(replacing: spare) {
            // Poisoned: everybody has been told.
            guard write(records) else { return }
            records.removeAll(keepingCapacity: true)
            spare = records
        }
    }

    /// Nothing is published once the log is poisoned.
    private var due: Publisher.Due { intake.poisoned == nil ? publisher.due : .never }

    func runHousekeeper() {
        var lastFlush = DispatchTime.now()
        var nextHeartbeat = lastFlush + options.heartbeatEvery.dispatchInterval
        let interval = options.publishEvery.dispatchInterval
        while !closing.load(ordering: .sequentiallyConsistent) {
            // Groups within the interval share one flush, unless the commit journal needs room before; a flush
            // that failed for now is due again with the next.
            let wakeAt: DispatchTime =
                switch due {
                case .never: nextHeartbeat
                case .inTime: min(nextHeartbeat, lastFlush + interval)
                case .now: .now()
                }
            // Woken by news, by closing, or by time.
            _ = housekeeping.wait(timeout: wakeAt)
            let now = DispatchTime.now()
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
