// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Where passwords are hashed: off the event loops, and few at once, because each takes memory and a core.
///
/// The permit belongs to the work, not to whoever waits for it: a client that hangs up gives nothing back before the
/// hash is done, so that nobody can have more computed by leaving.
package final class HashingQueue: Sendable {
    /// How many hashes are computed at once.
    package static let most = 2
    /// How long one may wait for its turn.
    package static let patience = Duration.seconds(2)
    /// How many may wait; those beyond are told at once.
    package static let mostWaiting = 64

    /// No permit came in time.
    package struct Busy: Error {}

    private struct Waiter {
        var number: UInt64
        var permit: CheckedContinuation<Bool, Never>
        var end: Scheduled<Void>
    }

    private struct State {
        var running = 0
        var begun: UInt64 = 0
        var next: UInt64 = 0
        var waiting: [Waiter] = []
    }

    private let state = Mutex(State())
    private let patience: TimeAmount
    /// Of its own: who waits for a file must not wait for a password.
    private let threads = NIOThreadPool(numberOfThreads: HashingQueue.most)
    private let loops = MultiThreadedEventLoopGroup.singleton

    package init(patience: Duration = HashingQueue.patience) {
        self.patience = TimeAmount(patience)
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// How many hashes are under way, and how many wait.
    package var load: (running: Int, waiting: Int) {
        state.withLock { ($0.running, $0.waiting.count) }
    }

    /// How many hashes have been begun.
    package var begun: UInt64 { state.withLock { $0.begun } }

    /// Does it on a thread that may block, once it is its turn.
    package func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard await permit() else { throw Busy() }
        return try await withCheckedThrowingContinuation { done in
            threads.submit { [self] state in
                defer { release() }
                switch state {
                case .active: done.resume(with: Result { try work() })
                case .cancelled: done.resume(throwing: Busy())
                }
            }
        }
    }

    /// - Returns: whether there is one; it is given back by ``release()``.
    private func permit() async -> Bool {
        await withCheckedContinuation { permit in
            let granted: Bool? = state.withLock { state in
                if state.running < Self.most {
                    state.running += 1
                    state.begun += 1
                    return true
                }
                guard state.waiting.count < Self.mostWaiting else { return false }
                let number = state.next
                state.next += 1
                let end = loops.any().scheduleTask(in: patience) { [self] in giveUp(number) }
                state.waiting.append(Waiter(number: number, permit: permit, end: end))
                return nil
            }
            if let granted { permit.resume(returning: granted) }
        }
    }

    /// Passes a permit on to whoever has waited longest.
    private func release() {
        let next: Waiter? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            state.begun += 1
            return state.waiting.removeFirst()
        }
        next?.end.cancel()
        next?.permit.resume(returning: true)
    }

    private func giveUp(_ number: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.waiting.remove(at: place)
        }
        waiter?.permit.resume(returning: false)
    }
}
