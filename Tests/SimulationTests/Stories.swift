// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Synchronization
import TestSupport

/// The stories that between them perform every kind of storage operation that the ledger knows, except the change
/// of segments, which has tests of its own.
enum Stories {
    /// A log is begun, used and closed.
    static func begun() -> Story {
        Story(
            name: "a new log", disk: MemoryStorage(),
            events: [
                .open, .records(2, about: nil), .records(1, about: "alice"), .publish, .close,
            ])
    }

    /// New subjects and their keys, several groups between two publications, commit journals that fill up.
    static func used() throws -> Story {
        let before = try told([.open, .records(1, about: nil), .publish, .close])
        return Story(
            name: "a log in use", disk: before.disk.crash(keeping: .everything),
            events: [
                .open, .records(1, about: "alice"), .records(3, about: nil), .publish,
                .records(2, about: "bob"), .records(3, about: "alice"), .beat, .publish,
                .records(1, about: "carol"),
            ], told: before.book.told)
    }

    /// A log whose process was killed between two publications, with an access under way.
    static func killed() throws -> Story {
        let before = try unpublished()
        return Story(
            name: "a log whose process was killed", disk: before.disk.crash(keeping: .everything),
            events: recovering, told: before.book.told)
    }

    /// The same with the power gone: the newest groups are in the commit journal only.
    static func powerless() throws -> Story {
        let before = try unpublished()
        return Story(
            name: "a log whose power was cut", disk: before.disk.crash(keeping: .syncedOnly),
            events: recovering, told: before.book.told)
    }

    /// A log that was killed when its newest group was written, and not synced: the next process finds the group, and
    /// the power may go before anything of it is durable.
    static func unsynced() throws -> Story {
        let before = try unpublished()
        before.disk.inject { _, operation, file in
            guard operation == .sync, case .commits = file else { return nil }
            return .init(.system(5), effect: .nothing)
        }
        before.tell([.records(1, about: "dora")])
        return Story(
            name: "a log with a group that was never synced",
            disk: before.disk.crash(keeping: .everything), events: recovering,
            told: before.book.told)
    }

    /// A log whose newest checkpoint the kernel has forgotten to write, and says that it has.
    static func forgotten() throws -> Story {
        let before = try unpublished()
        before.disk.inject { _, operation, file in
            guard operation == .sync, file == .checkpointJournal else { return nil }
            return .init(.system(5), effect: .unsettled)
        }
        before.tell([.publish])
        return Story(
            name: "a log with a forgotten checkpoint",
            disk: before.disk.crash(keeping: .everything), events: recovering,
            told: before.book.told)
    }

    /// A log that was opened again and killed while it wrote its first group over older ones, of which some are left:
    /// the group's number is given again, and its length may be that of the one that had the number before.
    static func torn() throws -> Story {
        var before = try told([.open, .records(1, about: nil), .records(1, about: nil), .close])
        for length in [0, 30] {
            let story = Story(
                name: "", disk: before.disk.crash(keeping: .everything), events: [],
                told: before.book.told)
            before = try Telling(story, seed: 78)
            before.disk.inject { _, operation, file in
                guard operation == .write, case .commits = file else { return nil }
                return .init(.system(5), effect: .firstBytes(length))
            }
            before.tell([.open])
        }
        return Story(
            name: "a log with a torn start", disk: before.disk.crash(keeping: .everything),
            events: [.open, .records(1, about: nil), .records(1, about: nil), .publish],
            told: before.book.told)
    }

    /// A log that ended in order.
    static func closed() throws -> Story {
        let before = try told([
            .open, .records(3, about: nil), .publish, .records(1, about: nil), .close,
        ])
        return Story(
            name: "a closed log", disk: before.disk.crash(keeping: .everything),
            events: recovering, told: before.book.told)
    }

    /// A log that never published anything, as what it remembers could not be synced: the next process finds that
    /// remembered, and the disk knows nothing of it.
    static func unremembered() throws -> Story {
        let before = try Telling(begun(), seed: 3)
        before.disk.inject { _, operation, file in
            guard operation == .sync, case .state = file else { return nil }
            return .init(.system(5), effect: .unsettled)
        }
        before.tell([.open, .records(1, about: "dora"), .publish])
        before.disk.inject(nil)
        return Story(
            name: "a log whose state was never synced",
            disk: before.disk.crash(keeping: .everything), events: recovering,
            told: before.book.told)
    }

    static var all: [Story] {
        get throws {
            [
                begun(), try used(), try killed(), try powerless(), try unsynced(),
                try unremembered(),
                try forgotten(), try torn(), try closed(),
                try overlapping(.inOrder), try overlapping(.secondFirst), try ahead(),
            ]
        }
    }

    /// A slow disk: a group is written to the other journal file while the one before it is being synced.
    static func overlapping(_ order: Ledger.SyncOrder) throws -> Story {
        let before = try told([.open, .records(1, about: nil), .publish, .close])
        return Story(
            name: "a log on a slow disk, \(order)", disk: before.disk.crash(keeping: .everything),
            events: [
                .open, .overlapping(4, order, about: "alice"), .overlapping(3, order, about: nil),
                .publish, .records(1, about: "bob"), .overlapping(6, order, about: "bob"), .beat,
                .close,
            ], told: before.book.told)
    }

    /// A log that was killed when the first of two groups was torn, and the second one was durable: nobody was told of
    /// either, and the second stands on nothing.
    static func ahead() throws -> Story {
        let before = try unpublished()
        let counts = Mutex((frames: 0, syncs: 0))
        before.disk.inject { _, operation, file in
            guard case .commits = file else { return nil }
            return counts.withLock { counts in
                switch operation {
                case .write:
                    counts.frames += 1
                    return counts.frames == 1 ? .lie(.firstBytes(300)) : nil
                case .sync:
                    counts.syncs += 1
                    return counts.syncs == 2 ? .init(.system(5), effect: .nothing) : nil
                default: return nil
                }
            }
        }
        before.tell([.overlapping(4, .secondFirst, about: "dora")])
        return Story(
            name: "a log with a torn group and a whole one behind it",
            disk: before.disk.crash(keeping: .everything),
            events: [
                .open, .overlapping(2, .inOrder, about: "alice"), .records(1, about: nil), .close,
            ],
            told: before.book.told)
    }

    private static let recovering: [Event] = [.open, .records(1, about: "alice"), .close]

    private static func unpublished() throws -> Telling {
        try told([
            .open, .records(2, about: nil), .publish, .records(1, about: "alice"), .started,
            .records(2, about: nil),
        ])
    }

    private static func told(_ events: [Event]) throws -> Telling {
        let telling = try Telling(
            Story(name: "before", disk: MemoryStorage(), events: []), seed: 77)
        telling.tell(events)
        return telling
    }
}
