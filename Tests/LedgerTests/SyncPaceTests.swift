// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Testing

@Suite struct `The pace of groups` {
    private let start = ContinuousClock.now

    /// A pace that has seen so many syncs of one length.
    private func pace(_ sync: Duration, syncs: Int = 100) -> SyncPace {
        var pace = SyncPace(overlapsFrom: .microseconds(500))
        for _ in 0..<syncs { pace.synced(after: sync) }
        return pace
    }

    @Test func `follows what syncs take on average, not one of them`() {
        #expect(!pace(.microseconds(250)).overlaps)
        #expect(pace(.milliseconds(1)).overlaps)
        var pace = pace(.microseconds(200))
        pace.synced(after: .milliseconds(2))
        #expect(!pace.overlaps)
        for _ in 0..<10 { pace.synced(after: .milliseconds(2)) }
        #expect(pace.overlaps)
        for _ in 0..<30 { pace.synced(after: .microseconds(200)) }
        #expect(!pace.overlaps)
    }

    @Test func `lets a group begin at once on a fast disk`() {
        var pace = pace(.microseconds(200))
        pace.departed(at: start)
        pace.told(64, at: start + .microseconds(200))
        let now = start + .microseconds(201)
        #expect(pace.pause(isAlone: true, waiting: 1, now: now) == nil)
    }

    @Test func `lets the second group begin half a sync after the first`() throws {
        var pace = pace(.milliseconds(4))
        #expect(pace.pause(isAlone: true, waiting: 1, now: start) == nil)
        pace.departed(at: start)
        let pause = try #require(
            pace.pause(isAlone: false, waiting: 5, now: start + .milliseconds(1)))
        #expect(pause.count == nil)
        let wait = start.duration(to: pause.end)
        #expect(wait > .microseconds(1900) && wait <= .milliseconds(2))
        #expect(pace.pause(isAlone: false, waiting: 5, now: pause.end) == nil)
    }

    @Test func `makes several groups of what takes long to hash beside a sync`() {
        var pace = pace(.microseconds(400))
        // Nothing is known of a record's time until a large group was made.
        #expect(pace.share(of: 2048) == 2048 && !pace.isBusy(with: 2048))
        pace.made(16, in: .milliseconds(16))
        #expect(pace.share(of: 2048) == 2048 && !pace.isBusy(with: 2048))
        // Two microseconds a record.
        for _ in 0..<100 { pace.made(1024, in: .microseconds(2048)) }
        #expect(pace.isBusy(with: 256) && !pace.isBusy(with: 255))
        #expect(pace.share(of: 1) == 1)
        #expect(pace.share(of: 767) == 767)
        #expect(pace.share(of: 768) == 384)
        #expect(pace.share(of: 1024) == 512)
        #expect(pace.share(of: 1280) == 427)
        #expect(pace.share(of: 4097) == 513)
        // On a slow disk, what waits shares one sync.
        for _ in 0..<100 { pace.synced(after: .milliseconds(10)) }
        #expect(!pace.isBusy(with: 512) && pace.share(of: 1024) == 1024)
    }

    @Test func `makes the next large group while one is being synced, on any disk`() {
        var pace = pace(.microseconds(400))
        for _ in 0..<100 { pace.made(1024, in: .microseconds(2048)) }
        pace.departed(at: start)
        #expect(pace.pause(isAlone: false, waiting: 255, now: start) != nil)
        #expect(pace.pause(isAlone: false, waiting: 256, now: start) == nil)
    }

    @Test func `waits for those who were just told, and not for long`() throws {
        var pace = pace(.milliseconds(4))
        pace.departed(at: start)
        pace.told(8, at: start)
        let now = start + .microseconds(100)
        let pause = try #require(pace.pause(isAlone: true, waiting: 7, now: now))
        #expect(pause.count == 8)
        #expect(start.duration(to: pause.end) <= .milliseconds(1))
        #expect(pace.pause(isAlone: true, waiting: 8, now: now) == nil)
        #expect(pace.pause(isAlone: true, waiting: 7, now: pause.end) == nil)
        // One client alone is never waited for: its record is what there is to write.
        pace.told(1, at: start)
        #expect(pace.pause(isAlone: true, waiting: 1, now: now) == nil)
    }
}
