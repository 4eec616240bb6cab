// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a batch adds to the counts; stored with its rows, so that counts and rows are always in step.
struct SQLiteCounts {
    private struct Bucket: Hashable {
        var aspect: CatalogAspect
        /// A quarter; where counts are stored, an hour or a day.
        var number: Int64
        var shape: Int64
    }

    private struct Change {
        var accesses: Int64 = 0
        var records: Int64 = 0

        mutating func add(_ other: Change) {
            accesses += other.accesses
            records += other.records
        }
    }

    private struct Posting: Hashable {
        var aspect: CatalogAspect
        var block: Int64
        var shape: Int64
    }

    private struct ActorDay: Hashable {
        var day: Int64
        var actor: Int64
    }

    private struct Span {
        var earliest: Int64
        var latest: Int64
        var count: Int64
        var numbers = SQLiteBlockNumbers()
    }

    private var tallies: [Bucket: Change] = [:]
    private var postings: [Posting: Int64] = [:]
    private var actors: [ActorDay: Int64] = [:]
    private var blocks: [Int64: Span] = [:]

    /// Counts of quarters as those of a longer time.
    private static func joined(
        _ quarters: [Bucket: Change], to span: TallySpan
    ) -> [Bucket: Change] {
        guard span != .quarter else { return quarters }
        var joined: [Bucket: Change] = [:]
        for (bucket, change) in quarters {
            var longer = bucket
            longer.number = span.bucket(bucket.number * TallySpan.quarter.length)
            joined[longer, default: Change()].add(change)
        }
        return joined
    }

    /// Counts a record by itself. Times are microseconds since 1970.
    mutating func add(record shapes: SQLiteShapePair, at time: Int64) {
        let quarter = TallySpan.quarter.bucket(time)
        for (aspect, shape) in shapes.each {
            tallies[
                Bucket(aspect: aspect, number: quarter, shape: shape), default: Change()
            ].records += 1
        }
    }

    /// Counts an access, or takes one back.
    mutating func add(
        access id: Int64, _ shapes: SQLiteShapePair, actor: Int64?, at time: Int64,
        by change: Int64
    ) {
        let quarter = TallySpan.quarter.bucket(time)
        let block = id / SQLiteSchema.blockRecords
        for (aspect, shape) in shapes.each {
            tallies[
                Bucket(aspect: aspect, number: quarter, shape: shape), default: Change()
            ].accesses += change
            postings[Posting(aspect: aspect, block: block, shape: shape), default: 0] += change
        }
        guard let actor else { return }
        actors[ActorDay(day: TallySpan.day.bucket(time), actor: actor), default: 0] += change
    }

    /// Notes when a block's accesses were, and between which numbers theirs are.
    ///
    /// - Parameter accesses: how many more these are.
    mutating func extend(
        blockOf id: Int64, to time: Int64, _ leaf: CatalogLeaf, by accesses: Int64
    ) {
        let stored = StoredTime.stored(time)
        let number = id / SQLiteSchema.blockRecords
        var span = blocks[number] ?? Span(earliest: stored, latest: stored, count: 0)
        span.earliest = min(span.earliest, stored)
        span.latest = max(span.latest, stored)
        span.count += accesses
        span.numbers.take(leaf)
        blocks[number] = span
    }

    /// Stores everything and begins anew.
    ///
    /// - Parameter outline: the outline of a deed, by number.
    mutating func store(
        on connection: SQLiteConnection, outline: (Int64) -> Int64
    ) throws(CatalogFailure) {
        let tally = try connection.statement(
            """
            INSERT INTO tally VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(span, aspect, bucket, shape)
            DO UPDATE SET accesses = accesses + excluded.accesses,
            records = records + excluded.records
            """)
        var outlines: [Bucket: Change] = [:]
        for (bucket, change) in tallies where bucket.aspect == .deed {
            let outline = Bucket(
                aspect: .outline, number: bucket.number, shape: outline(bucket.shape))
            outlines[outline, default: Change()].add(change)
        }
        for aspect in CatalogAspect.allCases {
            let all = aspect == .outline ? outlines : tallies.filter { $0.key.aspect == aspect }
            for span in aspect.spans {
                for (bucket, change) in Self.joined(all, to: span) {
                    tally.bind([
                        span.rawValue, aspect.rawValue, bucket.number, bucket.shape,
                        change.accesses, change.records,
                    ])
                    try tally.run()
                }
            }
        }
        let posting = try connection.statement(
            """
            INSERT INTO posting VALUES(?, ?, ?, ?) ON CONFLICT(block, aspect, shape)
            DO UPDATE SET count = count + excluded.count
            """)
        for (place, count) in postings where count != 0 {
            posting.bind([place.block, place.aspect.rawValue, place.shape, count])
            try posting.run()
        }
        let actor = try connection.statement(
            """
            INSERT INTO actor_tally VALUES(?, ?, ?) ON CONFLICT(day, actor)
            DO UPDATE SET accesses = accesses + excluded.accesses
            """)
        for (place, count) in actors where count != 0 {
            actor.bind([place.day, place.actor, count])
            try actor.run()
        }
        let block = try connection.statement(
            """
            INSERT INTO block VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET
            earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest),
            count = count + excluded.count, \(SQLiteBlockNumbers.widening)
            """)
        for (number, span) in blocks {
            block.bind([number, span.earliest, span.latest, span.count] + span.numbers.stored)
            try block.run()
        }
        self = SQLiteCounts()
    }
}

/// The numbers of a row's shapes.
struct SQLiteShapePair: Hashable {
    var deed: Int64
    var caller: Int64

    var each: [(CatalogAspect, Int64)] { [(.deed, deed), (.caller, caller)] }
}
