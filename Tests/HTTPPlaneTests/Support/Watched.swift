// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A value that a test waits for to become as it should, with a deadline and without polling.
final class Watched<State: Sendable>: Sendable {
    private struct Waiter: Sendable {
        let isReady: @Sendable (State) -> Bool
        let promise: EventLoopPromise<State>
    }

    private struct Inner: Sendable {
        var state: State
        var waiters: [Waiter] = []
    }

    private let inner: Mutex<Inner>

    init(_ state: State) { inner = Mutex(Inner(state: state)) }

    var state: State { inner.withLock { $0.state } }

    func update(_ change: (inout State) -> Void) {
        let (ready, state) = inner.withLock { inner -> ([Waiter], State) in
            change(&inner.state)
            let state = inner.state
            let ready = inner.waiters.filter { $0.isReady(state) }
            inner.waiters.removeAll { $0.isReady(state) }
            return (ready, state)
        }
        for waiter in ready { waiter.promise.succeed(state) }
    }

    /// The state once it is ready; an error after ten minutes: with all tests at once, two cores leave one of them alone for minutes.
    func wait(
        for what: String, until isReady: @escaping @Sendable (State) -> Bool
    ) async throws -> State {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = eventLoop.makePromise(of: State.self)
        let now = inner.withLock { inner -> State? in
            if isReady(inner.state) { return inner.state }
            inner.waiters.append(Waiter(isReady: isReady, promise: promise))
            return nil
        }
        if let now { promise.succeed(now) }
        let alarm = eventLoop.scheduleTask(in: .seconds(600)) {
            promise.fail(Late(what: what, state: "\(self.state)"))
        }
        defer { alarm.cancel() }
        return try await promise.futureResult.get()
    }
}

struct Late: Error, CustomStringConvertible {
    let what: String
    let state: String
    var description: String { "waited in vain for \(what): \(state.prefix(600))" }
}
