// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import Dispatch
import Testing

@Suite("Few passwords are hashed at once")
struct HashingQueueTests {
    private struct Wrong: Error {}

    /// Waits until a queue looks like this; other tasks go on meanwhile.
    private func wait(_ queue: HashingQueue, running: Int, waiting: Int) async {
        while queue.load != (running, waiting) { await Task.yield() }
    }

    @Test("Two run, a third waits, and is told so once it has waited too long")
    func busy() async throws {
        let queue = HashingQueue(patience: .milliseconds(20))
        let gate = DispatchSemaphore(value: 0)
        async let one: Void = queue.run { gate.wait() }
        async let two: Void = queue.run { gate.wait() }
        await wait(queue, running: 2, waiting: 0)
        await #expect(throws: HashingQueue.Busy.self) { try await queue.run {} }
        #expect(queue.load == (2, 0))
        gate.signal()
        gate.signal()
        _ = try await (one, two)
        #expect(try await queue.run { 7 } == 7)
    }

    @Test("Whoever waits gets the permit of whoever is done, in order")
    func turns() async throws {
        let queue = HashingQueue(patience: .seconds(600))
        let gate = DispatchSemaphore(value: 0)
        async let one: Void = queue.run { gate.wait() }
        async let two: Void = queue.run { gate.wait() }
        await wait(queue, running: 2, waiting: 0)
        async let three = queue.run { 3 }
        await wait(queue, running: 2, waiting: 1)
        gate.signal()
        #expect(try await three == 3)
        gate.signal()
        _ = try await (one, two)
        await wait(queue, running: 0, waiting: 0)
    }

    @Test("Whoever leaves gives nothing back before the work is done")
    func leaving() async throws {
        let queue = HashingQueue(patience: .milliseconds(20))
        let gate = DispatchSemaphore(value: 0)
        let tasks = (0..<2).map { _ in Task { try await queue.run { gate.wait() } } }
        await wait(queue, running: 2, waiting: 0)
        for task in tasks { task.cancel() }
        await #expect(throws: HashingQueue.Busy.self) { try await queue.run {} }
        #expect(queue.load.running == 2)
        for _ in tasks { gate.signal() }
        for task in tasks { try await task.value }
        await wait(queue, running: 0, waiting: 0)
    }

    @Test("More than may wait are told at once")
    func full() async throws {
        let queue = HashingQueue(patience: .seconds(600))
        let gate = DispatchSemaphore(value: 0)
        let running = (0..<HashingQueue.most).map { _ in
            Task { try await queue.run { gate.wait() } }
        }
        await wait(queue, running: 2, waiting: 0)
        let waiting = (0..<HashingQueue.mostWaiting).map { _ in
            Task { try await queue.run {} }
        }
        await wait(queue, running: 2, waiting: HashingQueue.mostWaiting)
        await #expect(throws: HashingQueue.Busy.self) { try await queue.run {} }
        for _ in running { gate.signal() }
        for task in running + waiting { try await task.value }
    }

    @Test("Work that fails gives its permit back")
    func failing() async throws {
        let queue = HashingQueue(patience: .seconds(600))
        for _ in 0..<5 {
            await #expect(throws: Wrong.self) { try await queue.run { throw Wrong() } }
        }
        await wait(queue, running: 0, waiting: 0)
    }
}
