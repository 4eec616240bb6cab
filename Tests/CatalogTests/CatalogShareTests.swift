// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Catalog

@Suite("CatalogShare: what a catalog takes of a machine")
struct CatalogShareTests {
    /// A machine on which a record costs 50 µs.
    private struct Machine {
        var share: CatalogShare
        var use = CatalogShare.Use(run: .seconds(7), waited: .seconds(3))
        /// Waiting for each so much of running.
        var pressure: Double

        init(processors: Int, pressure: Double) {
            share = CatalogShare(processors: processors, every: .seconds(1))
            self.pressure = pressure
        }

        /// One look at a log that has more than enough records, or so many.
        ///
        /// - Returns: the records of each batch.
        mutating func look(batches most: Int = 20) -> [UInt64] {
            share.begin(use)
            var batches: [UInt64] = []
            repeat {
                batches.append(share.mostRecords)
                let run = Duration.microseconds(Int64(batches[batches.count - 1]) * 50)
                use.run += run
                use.waited += run * pressure
            } while share.mayGoOn(use) && batches.count < most
            return batches
        }
    }

    @Test("while nobody makes it wait, its batches grow as large as transactions may be")
    func free() {
        var machine = Machine(processors: 2, pressure: 0.05)
        let first = machine.look(batches: 7)
        #expect(first == [512, 1024, 2048, 4096, 8192, 16_384, 16_384])
        #expect(!machine.share.isContended)
        let second = machine.look(batches: 1)
        #expect(second == [16_384])
    }

    @Test("where others need the processors it takes a part of them", arguments: [1, 2, 4, 64])
    func contended(_ processors: Int) {
        var machine = Machine(processors: processors, pressure: 0.5)
        var taken = Duration.zero
        for _ in 0..<100 {
            let before = machine.use.run
            let batches = Set(machine.look(batches: 1000))
            #expect(batches == [512])
            taken += machine.use.run - before
        }
        let part = taken / (.seconds(100) * processors)
        #expect(part <= 1.0 / 32 && part >= 1.0 / 64, "\(part)")
    }

    @Test("a batch that had to wait is the last large one, and it grows again once nobody waits")
    func change() {
        var machine = Machine(processors: 2, pressure: 0)
        _ = machine.look(batches: 6)
        machine.pressure = 1
        let last = machine.look()
        #expect(last == [16_384])
        #expect(machine.share.isContended)
        let small = machine.look()
        #expect(small == [512, 512])
        machine.pressure = 0
        let growing = machine.look(batches: 3)
        #expect(growing == [512, 1024, 2048])
        #expect(!machine.share.isContended)
    }

    @Test("where a system does not say what its threads wait for, nothing is limited")
    func unknown() {
        var share = CatalogShare(processors: 1, every: .seconds(1))
        share.begin(nil)
        let mayGoOn = share.mayGoOn(nil)
        #expect(mayGoOn)
        #expect(share.mostRecords == CatalogFollower<SQLiteCatalog>.mostRecords)
        let mayStillGoOn = share.mayGoOn(CatalogShare.Use(run: .seconds(1), waited: .seconds(9)))
        #expect(mayStillGoOn)
    }
}
