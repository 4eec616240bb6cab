// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// When a catalog is cared for, and when its progress is told.
struct CatalogPace {
    /// A catalog with so many records to take is being built rather than following.
    private static let far: UInt64 = 100_000
    /// A write-ahead log longer than this is cut off even while the log grows.
    private static let longWAL = 64 << 20
    /// One that is longer than this is told.
    private static let tellingWAL = 256 << 20

    private var far: (since: Duration, from: UInt64, told: Duration)?
    private var beside: (since: Duration, from: UInt64?)?
    private var lastGrowth = (size: UInt64(0), at: Duration.zero)
    private var nextRest = Duration.zero
    private var counted: (size: UInt64, at: Duration)?
    private var hasToldWAL = false
    /// Records a second, of what is being built.
    private(set) var rate: UInt64 = 0

    var isFar: Bool { far != nil }

    /// A catalog was opened.
    ///
    /// - Returns: how many records it lacks, if that is worth telling.
    mutating func begin(_ size: UInt64, _ moment: CatalogKeeper.Moment) -> UInt64? {
        lastGrowth = (size, moment.uptime)
        counted = nil
        guard moment.logSize > size + Self.far else {
            far = nil
            return nil
        }
        far = (moment.uptime, size, moment.uptime)
        return moment.logSize - size
    }

    /// Another one is begun beside it.
    mutating func beginBeside(_ moment: CatalogKeeper.Moment) { beside = (moment.uptime, nil) }

    /// The one beside has come so far.
    mutating func note(_ size: UInt64, _ moment: CatalogKeeper.Moment) {
        guard let begun = beside else { return }
        beside = (begun.since, begun.from ?? size)
        rate = Self.rate(size - (begun.from ?? size), moment.uptime - begun.since) ?? rate
    }

    /// What is to be told after a turn.
    mutating func news(_ size: UInt64, _ moment: CatalogKeeper.Moment) -> CatalogNews? {
        guard let begun = far else { return nil }
        let time = moment.uptime - begun.since
        rate = Self.rate(size - min(size, begun.from), time) ?? rate
        if size >= moment.logSize {
            far = nil
            rate = 0
            return .complete(records: size, after: time)
        }
        guard moment.uptime - begun.told >= .seconds(60) else { return nil }
        far?.told = moment.uptime
        return .progress(CatalogStanding())
    }

    private static func rate(_ count: UInt64, _ time: Duration) -> UInt64? {
        let seconds = time / .seconds(1)
        return seconds > 0.1 ? UInt64(Double(count) / seconds) : nil
    }

    /// Whether the write-ahead log is to be cut off, and statistics to be made if they are due.
    mutating func isTimeToRest(
        _ wal: Int, _ size: UInt64, _ moment: CatalogKeeper.Moment
    ) -> Bool {
        if size != lastGrowth.size { lastGrowth = (size, moment.uptime) }
        guard wal > 0, moment.uptime >= nextRest else { return false }
        let isIdle = moment.uptime - lastGrowth.at >= .seconds(5)
        guard isIdle || wal > Self.longWAL else { return false }
        nextRest = moment.uptime + .seconds(30)
        return true
    }

    /// The length of a write-ahead log that has just become too long.
    mutating func longWAL(_ bytes: Int) -> Int? {
        guard bytes > Self.tellingWAL else {
            hasToldWAL = false
            return nil
        }
        defer { hasToldWAL = true }
        return hasToldWAL ? nil : bytes
    }

    /// Whether the accesses are to be counted again.
    mutating func isTimeToCount(_ size: UInt64, _ moment: CatalogKeeper.Moment) -> Bool {
        if let counted {
            guard counted.size != size, moment.uptime - counted.at >= .seconds(10) else {
                return false
            }
        }
        counted = (size, moment.uptime)
        return true
    }
}
