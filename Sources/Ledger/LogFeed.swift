// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle
internal import Synchronization

/// How far the log has come, for whoever follows it in this process: updated after each group, with
/// durable records only.
///
/// The writer sets the size and hands over whoever waits, however many, in a few instructions; they
/// go on elsewhere. Other processes watch the directory.
package final class LogFeed: Sendable {
    private struct Follower: Sendable {
        let number: UInt64
        /// It resumes once the log is larger.
        let size: TreeSize
        let goOn: CheckedContinuation<TreeSize?, Never>
    }

    private struct State {
        var size: TreeSize
        var isOver = false
        var followers: [Follower] = []
        /// Those that no longer wait, wherever they are.
        var cancelled: Set<UInt64> = []
        var lastNumber: UInt64 = 0
    }

    private let state: Mutex<State>

    init(size: TreeSize) { state = Mutex(State(size: size)) }

    /// How many records are durable.
    package var size: TreeSize { state.withLock { $0.size } }

    /// Returns the log's size once it is larger than this; nil once the log is closed, or the task cancelled.
    package func size(after size: TreeSize) async -> TreeSize? {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let found = await withTaskCancellationHandler {
            await withCheckedContinuation { goOn in
                wait([Follower(number: number, size: size, goOn: goOn)])
            }
        } onCancel: {
            cancel(number)
        }
        state.withLock { _ = $0.cancelled.remove(number) }
        return found
    }

    /// A group is durable. Called by one writer at a time.
    func grew(to size: TreeSize) {
        let waiting = state.withLock { state in
            state.size = size
            defer { state.followers = [] }
            return state.followers
        }
        guard !waiting.isEmpty else { return }
        // Off the writer's thread: it does not even count them.
        Task.detached { self.wait(waiting) }
    }

    /// Nothing more will come.
    func close() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.followers = [] }
            return state.followers
        }
        wait(waiting)
    }

    /// Lets those wait who must, and resumes the others.
    private func wait(_ followers: [Follower]) {
        for follower in followers {
            let answer: TreeSize?? = state.withLock { state in
                if state.isOver || state.cancelled.contains(follower.number) { return .some(nil) }
                guard state.size <= follower.size else { return state.size }
                state.followers.append(follower)
                return nil
            }
            if let answer { follower.goOn.resume(returning: answer) }
        }
    }

    private func cancel(_ number: UInt64) {
        let follower = state.withLock { state -> Follower? in
            state.cancelled.insert(number)
            guard let place = state.followers.firstIndex(where: { $0.number == number }) else {
                // It is about to wait, or on its way from the writer, where it is resumed.
                return nil
            }
            return state.followers.remove(at: place)
        }
        follower?.goOn.resume(returning: nil)
    }
}
