// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Ledger
import Merkle
import TestSupport
import Testing

@Suite struct `The feed of the log` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    private func append(to ledger: Ledger) throws {
        _ = try ledger.appendAndWait(fixture.record(for: ledger), tally: .allowed)
    }

    @Test func `tells whoever follows of every size, and each of the newest`() async throws {
        let ledger = try fixture.open(MemoryStorage())
        let feed = ledger.feed
        let start = feed.size
        #expect(start == ledger.status.size)
        try await withThrowingTaskGroup(of: [UInt64].self) { followers in
            for _ in 0..<20 {
                followers.addTask {
                    var (size, seen) = (start, [UInt64]())
                    while let next = await feed.size(after: size) {
                        seen.append(next.count)
                        size = next
                    }
                    return seen
                }
            }
            followers.addTask {
                for _ in 0..<200 {
                    _ = try ledger.appendAndWait(
                        fixture.record(for: ledger), tally: .allowed)
                }
                _ = ledger.close()
                return []
            }
            for try await seen in followers where !seen.isEmpty {
                #expect(seen == seen.sorted() && Set(seen).count == seen.count)
                #expect(seen.allSatisfy { $0 > start.count })
            }
        }
        // Closed, there is nothing to wait for; what there is is told.
        #expect(feed.size == ledger.status.size)
        #expect(await feed.size(after: feed.size) == nil)
    }

    @Test func `answers at once where the log is larger already`() async throws {
        let ledger = try fixture.openWithoutThreads(MemoryStorage())
        let start = ledger.feed.size
        try append(to: ledger)
        let size = await ledger.feed.size(after: start)
        #expect(size == ledger.status.size && start < ledger.feed.size)
        #expect(ledger.close() == nil)
    }

    @Test func `lets go of whoever is cancelled, before and while they wait`() async throws {
        let ledger = try fixture.openWithoutThreads(MemoryStorage())
        let feed = ledger.feed
        let far = TreeSize(feed.size.count + 1_000)
        for _ in 0..<50 {
            let follower = Task { await feed.size(after: far) }
            follower.cancel()
            #expect(await follower.value == nil)
        }
        // One that waits for more than there is goes on waiting while the log grows.
        let follower = Task { await feed.size(after: far) }
        for _ in 0..<5 { try append(to: ledger) }
        follower.cancel()
        #expect(await follower.value == nil)
        #expect(ledger.close() == nil)
    }

    @Test func `ShownOnceDurable: follows what is durable, not what was acknowledged`() throws {
        var fixture = fixture
        fixture.options.durability = .written
        let ledger = try fixture.openWithoutThreads(MemoryStorage())
        let start = ledger.feed.size
        try append(to: ledger)
        #expect(ledger.feed.size == start)
        ledger.syncWritten()
        #expect(ledger.feed.size.count == start.count + 1)
        #expect(ledger.close() == nil)
    }
}
