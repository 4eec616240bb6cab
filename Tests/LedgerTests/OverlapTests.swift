// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Dispatch
import Ledger
import LogFormat
import Merkle
import Synchronization
import TestSupport
import Testing

/// Two groups on their way to the disk at once.
@Suite struct `Groups that overlap` {
    let fixture: LedgerFixture

    init() throws { fixture = try LedgerFixture() }

    /// Writes down what it is told, in that order.
    private final class Book: ReplyPort {
        struct Entry {
            let ticket: UInt64
            /// Nil where it was not recorded.
            let index: UInt64?
        }

        private let state = Mutex<[Entry]>([])
        private let told = DispatchSemaphore(value: 0)

        var entries: [Entry] { state.withLock { $0 } }

        func settle(_ settlements: [Settlement]) {
            state.withLock { entries in
                for settlement in settlements {
                    settlement.forEach { ticket, fate in
                        guard case .recorded(let receipt) = fate else {
                            return entries.append(Entry(ticket: ticket, index: nil))
                        }
                        entries.append(Entry(ticket: ticket, index: receipt.index.value))
                    }
                }
            }
            told.signal()
        }

        /// Returns once so many were told.
        func wait(for count: Int) throws {
            while entries.count < count {
                try #require(told.wait(timeout: .now() + 60) == .success, "nobody is told")
            }
        }
    }

    private func queue(_ count: Int, _ ledger: Ledger, _ port: PortID) throws {
        var batch = ledger.batch(for: port)
        for number in 0..<count {
            try batch.append(
                fixture.record(for: ledger), tally: .allowed, ticket: UInt64(number))
        }
        ledger.handOver(&batch)
    }

    /// ```text
    /// write 1   write 2   sync 2   sync 1
    ///                        │        └─ both are told, 1 first
    ///                        └─ nobody is told
    /// ```
    @Test func `DurableBeforeAcknowledged: a sync that returns first tells nobody`() throws {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let size = ledger.status.size.count
        let book = Book()
        try queue(6, ledger, ledger.addPort(book))
        let toldAtSyncs = Mutex<[Int]>([])
        let files = Mutex<[LogFile]>([])
        storage.observe { operation, file in
            guard operation == .sync, case .commits = file else { return }
            files.withLock { $0.append(file) }
            toldAtSyncs.withLock { $0.append(book.entries.count) }
        }
        ledger.writeWaiting(overlapping: .secondFirst)
        storage.observe(nil)
        #expect(toldAtSyncs.withLock { $0 } == [0, 0])
        #expect(Set(files.withLock { $0 }).count == 2)
        #expect(book.entries.map(\.ticket) == Array(0..<6))
        #expect(book.entries.compactMap(\.index) == Array(size..<size + 6))
        #expect(ledger.close() == nil)
    }

    @Test(arguments: Ledger.SyncOrder.allCases)
    func `PoisonedStaysPoisoned: a sync that fails ends both`(order: Ledger.SyncOrder) throws {
        for failing in 1...2 {
            let storage = MemoryStorage()
            let ledger = try fixture.openWithoutThreads(storage)
            let book = Book()
            try queue(6, ledger, ledger.addPort(book))
            let count = Mutex(0)
            storage.inject { _, operation, file in
                guard operation == .sync, case .commits = file else { return nil }
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return number == failing ? .init(.system(5), effect: .nothing) : nil
            }
            ledger.writeWaiting(overlapping: order)
            #expect(book.entries.map(\.ticket).sorted() == Array(0..<6))
            // Only the first group, durable before anything failed, is one that somebody was told of.
            let told = book.entries.filter { $0.index != nil }.map(\.ticket)
            #expect(told == (order == .inOrder && failing == 2 ? [0, 1, 2] : []))
            #expect(ledger.status.poisoned != nil)
            let left = storage.crash(keeping: .syncedOnly)
            let again = try fixture.openWithoutThreads(left)
            #expect(again.close() == nil)
            let uids = try left.leaves().map { try Record(leaf: $0).uid }
            #expect(Set(uids).count == uids.count)
        }
    }

    @Test func `A group behind a torn one is discarded with it, and its number is given again`()
        throws
    {
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        let size = ledger.status.size
        try queue(6, ledger, ledger.addPort(Book()))
        let count = Mutex(0)
        storage.inject { _, operation, file in
            guard operation == .sync, case .commits = file else { return nil }
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number == 2 ? .init(.system(5), effect: .nothing) : nil
        }
        ledger.writeWaiting(overlapping: .secondFirst)
        var left = storage.crash(keeping: .syncedOnly)
        let whole = [LogFile.commits(0), .commits(1)].flatMap {
            CommitFrame.scan(left.files[$0] ?? [])
        }
        #expect(whole.map(\.header.sizeAfter.count).max() == size.count + 6)
        for _ in 0..<2 {
            let again = try fixture.openWithoutThreads(left)
            #expect(again.recovery.discardedBytes > 0 || again.status.size > size)
            #expect(again.status.size.count < size.count + 6)
            #expect(again.close() == nil)
            left = left.crash(keeping: .everything)
        }
        let leaves = try left.leaves()
        for (index, leaf) in leaves.enumerated() {
            #expect(try Record(leaf: leaf).index == LeafIndex(UInt64(index)))
        }
    }

    @Test func `Two writers' threads keep one order, whichever disk they have`() throws {
        var fixture = fixture
        // Every disk is slow enough.
        fixture.options.overlapsFrom = .zero
        fixture.options.mostGroupBytes = 8 << 10
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        let books = (0..<2).map { _ in Book() }
        let ports = books.map { ledger.addPort($0) }
        for _ in 0..<20 {
            for port in ports { try queue(20, ledger, port) }
        }
        for book in books { try book.wait(for: 400) }
        #expect(ledger.close() == nil)
        var all: [UInt64] = []
        for book in books {
            let indices = book.entries.compactMap(\.index)
            #expect(indices.count == 400)
            #expect(indices == indices.sorted())
            #expect(book.entries.map(\.ticket) == (0..<400).map { UInt64($0 % 20) })
            all += indices
        }
        #expect(Set(all).count == 800)
        var previous = Hash256.zero
        for leaf in try storage.leaves() {
            #expect(try Record(leaf: leaf).previous == previous)
            previous = LeafHash(of: leaf).hash
        }
    }

    @Test func `A batch that the log does not take is refused whole, under every ticket`() throws {
        var fixture = fixture
        fixture.options.mostWaitingBytes = 4 << 10
        let ledger = try fixture.openWithoutThreads(MemoryStorage())
        let book = Book()
        let port = ledger.addPort(book)
        let before = ledger.status.tallies.throughSequence
        try queue(20, ledger, port)
        #expect(book.entries.map(\.ticket) == Array(0..<20))
        #expect(book.entries.allSatisfy { $0.index == nil })
        // Refused, they have no numbers: there is no gap.
        #expect(ledger.status.tallies.throughSequence == before)
        try queue(1, ledger, port)
        ledger.writeWaiting()
        #expect(book.entries.count == 21 && book.entries[20].index != nil)
        #expect(ledger.close() == nil)
        try queue(1, ledger, port)
        #expect(book.entries.count == 22 && book.entries[21].index == nil)
        #expect(throws: AppendRefusal.self) { _ = try ledger.permit() }
    }
}
