// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// One thread waits until another has done something, or until a time.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// The waiting thread resumes, now or as soon as it waits.
    func signal() { semaphore.signal() }

    /// Returns once signalled, or at the deadline; nil: there is none.
    func wait(until deadline: ContinuousClock.Instant?) {
        guard let deadline else { return semaphore.wait() }
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
        let left = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        _ = semaphore.wait(timeout: .now() + .nanoseconds(max(0, left)))
    }
}
