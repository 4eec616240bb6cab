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

    func runHousekeeper() {
        var lastFlush = DispatchTime.now()
        var nextHeartbeat = lastFlush + options.heartbeatEvery.dispatchInterval
        let interval = options.publishEvery.dispatchInterval
        while !closing.load(ordering: .sequentiallyConsistent) {
            // Woken by a group, by closing, or for the heartbeat.
            let woken = housekeeping.wait(timeout: nextHeartbeat) == .success
            if DispatchTime.now() >= nextHeartbeat {
                recordHeartbeat()
                nextHeartbeat = DispatchTime.now() + options.heartbeatEvery.dispatchInterval
            }
            guard woken else { continue }
            // Groups within the interval share one flush; closing does not wait for it.
            while !closing.load(ordering: .sequentiallyConsistent),
                housekeeping.wait(timeout: lastFlush + interval) == .success
            {}
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
