// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures
internal import LogReading

/// Stores leaves through the one connection that writes.
///
/// Safe: used only inside that connection's queue.
final class SQLiteWriter: @unchecked Sendable {
    /// An access whose outcome is to come, as it stands in its row.
    private struct OpenAccess {
        var id: Int64
        var shapes: SQLiteShapePair
        var actor: Int64?
        /// Microseconds since 1970.
        var time: Int64
    }

    private var numbers: SQLiteNumbers
    private var counts = SQLiteCounts()
    private var open: [UniqueID: OpenAccess] = [:]

    init(_ connection: SQLiteConnection) throws(CatalogFailure) {
        numbers = try SQLiteNumbers(connection)
        let statement = try connection.statement(
            """
            SELECT id, uid_high, uid_low, deed, caller, actor, time FROM access INDEXED BY access_open
            WHERE open IS NOT NULL
            """)
        while try statement.step() {
            guard
                let uid = UniqueID(
                    high: UInt64(bitPattern: statement.integer(1)),
                    low: UInt64(bitPattern: statement.integer(2)))
            else { continue }
            open[uid] = OpenAccess(
                id: statement.integer(0),
                shapes: SQLiteShapePair(deed: statement.integer(3), caller: statement.integer(4)),
                actor: statement.optional(5), time: StoredTime.microseconds(statement.integer(6)))
        }
    }

    /// Stores the leaves; within a transaction.
    func append(_ batch: CatalogBatch, on connection: SQLiteConnection) throws(CatalogFailure) {
        let insert = try connection.statement(Self.insert)
        var sealed: [Int64: Range<Int>] = [:]
        for leaf in batch.leaves {
            if !leaf.sealed.isEmpty {
                let stretch = Int64(SealedStretch.number(of: leaf.index))
                let known = sealed[stretch] ?? leaf.sealed
                sealed[stretch] =
                    min(
                        known.lowerBound, leaf.sealed.lowerBound)..<max(
                        known.upperBound, leaf.sealed.upperBound)
            }
            let row = try row(of: leaf, in: batch, connection)
            if let uid = leaf.uid, let begun = open[uid] {
                try supersede(begun, by: leaf, row, uid, connection)
            } else {
                try add(leaf, row, insert)
            }
        }
        try numbers.addOutlines(connection)
        try counts.store(on: connection) { numbers.outline(ofDeed: $0) }
        let widen = try connection.statement(Self.widen)
        for (stretch, place) in sealed.sorted(by: { $0.key < $1.key }) {
            widen.bind([stretch, Int64(place.lowerBound), Int64(place.upperBound)])
            try widen.run()
        }
    }

    private static let widen = """
        INSERT INTO sealed(stretch, low, high) VALUES(?, ?, ?)
        ON CONFLICT(stretch) DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high)
        """

    /// A leaf's values as numbers.
    private struct Row {
        var shapes: SQLiteShapePair
        var actor: Int64?
        var session: Int64?
        var labels: Int64?
        var otherIDs: Int64?
        var groups: Int64?
        var name: Int64?
        var address: Int64?
        var path: Int64?
        var agent: Int64?
        /// Whose keys seal them, if not the actor's, and not the tenant's.
        var whoOwner: Int64?
        var whereOwner: Int64?
        var whatOwner: Int64?
        var isRare: Bool
    }

    private func row(
        of leaf: CatalogLeaf, in batch: CatalogBatch, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Row {
        let shapes = SQLiteShapePair(
            deed: try numbers.shape(batch.text[leaf.deed], .deed, connection),
            caller: try numbers.shape(batch.text[leaf.caller], .caller, connection))
        var row = Row(shapes: shapes, isRare: numbers.isRare(deed: shapes.deed))
        row.actor = try numbers.word(batch.text[leaf.actor], .actor, connection)
        row.session = try numbers.word(batch.text[leaf.session], .session, connection)
        row.labels = try numbers.set(batch.text[leaf.labels], .labels, connection)
        row.otherIDs = try numbers.set(batch.text[leaf.otherIDs], .otherIDs, connection)
        row.groups = leaf.groups == 0 ? nil : leaf.groups
        guard leaf.personal != PersonalTokens() else { return row }
        let actor = row.actor
        let personal = leaf.personal
        func number(
            _ value: PersonalTokens.Value, _ field: SQLitePersonal, _ seal: PersonalTokens.Seal?
        ) throws(CatalogFailure) -> Int64? {
            try numbers.token(value, field, seal, borneBy: actor, connection)
        }
        row.name = try number(personal.names, .name, personal.whoSeal)
        row.address = try number(personal.address, .address, personal.whereSeal)
        row.agent = try number(personal.agent, .agent, personal.whereSeal)
        row.path = try number(personal.path, .path, personal.whatSeal)
        func owner(_ seal: PersonalTokens.Seal?) throws(CatalogFailure) -> Int64? {
            guard let seal else { return nil }
            let owner = try numbers.owner(seal.subject, connection).number
            return owner == actor ? nil : owner
        }
        row.whoOwner = try owner(personal.whoSeal)
        row.whereOwner = try owner(personal.whereSeal)
        if let seal = personal.whatSeal, seal.subject != .tenant {
            row.whatOwner = try numbers.owner(seal.subject, connection).number
        }
        return row
    }

    private static let insert = """
        INSERT INTO access(id, open, rare, time, deed, caller, bytes, actor, session, duration,
        request_size, response_size, uid_high, uid_low, trace_high, trace_low, labels, other_ids,
        groups, name, address, path, agent, who_owner, where_owner, what_owner) VALUES(?, ?, ?, ?,
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private func add(
        _ leaf: CatalogLeaf, _ row: Row, _ insert: SQLiteStatement
    ) throws(CatalogFailure) {
        let id = Int64(leaf.index)
        let time = leaf.time.microseconds
        insert.bind(id, at: 1)
        insert.bind(leaf.isStarted ? 1 : nil, at: 2)
        insert.bind(row.isRare ? 1 : nil, at: 3)
        insert.bind(StoredTime.stored(time), at: 4)
        insert.bind(row.shapes.deed, at: 5)
        insert.bind(row.shapes.caller, at: 6)
        insert.bind(leaf.byteCount, at: 7)
        insert.bind(row.actor, at: 8)
        insert.bind(row.session, at: 9)
        insert.bind(leaf.duration, at: 10)
        insert.bind(leaf.requestSize, at: 11)
        insert.bind(leaf.responseSize, at: 12)
        insert.bind(leaf.uid.map { Int64(bitPattern: $0.high) }, at: 13)
        insert.bind(leaf.uid.map { Int64(bitPattern: $0.low) }, at: 14)
        insert.bind(leaf.trace.map { Int64(bitPattern: $0.high) }, at: 15)
        insert.bind(leaf.trace.map { Int64(bitPattern: $0.low) }, at: 16)
        insert.bind(row.labels, at: 17)
        insert.bind(row.otherIDs, at: 18)
        insert.bind(row.groups, at: 19)
        insert.bind(row.name, at: 20)
        insert.bind(row.address, at: 21)
        insert.bind(row.path, at: 22)
        insert.bind(row.agent, at: 23)
        insert.bind(row.whoOwner, at: 24)
        insert.bind(row.whereOwner, at: 25)
        insert.bind(row.whatOwner, at: 26)
        try insert.run()
        counts.add(record: row.shapes, at: time)
        counts.add(access: id, row.shapes, actor: row.actor, at: time, by: 1)
        counts.extend(blockOf: id, to: time, leaf, by: 1)
        if leaf.isStarted, let uid = leaf.uid {
            open[uid] = OpenAccess(id: id, shapes: row.shapes, actor: row.actor, time: time)
        }
    }

    /// The row of an access becomes that of its newest record; what was there goes beside it.
    private func supersede(
        _ begun: OpenAccess, by leaf: CatalogLeaf, _ row: Row, _ uid: UniqueID,
        _ connection: SQLiteConnection
    ) throws(CatalogFailure) {
        let copy = try connection.statement(Self.copy)
        copy.bind([begun.id])
        try copy.run()
        let actor = row.actor ?? begun.actor
        let update = try connection.statement(Self.update)
        update.bind([
            Int64(leaf.index), leaf.isStarted ? 1 : nil, row.isRare ? 1 : nil, row.shapes.deed,
            row.shapes.caller,
            leaf.byteCount, leaf.duration, leaf.requestSize, leaf.responseSize, row.actor,
            row.session, leaf.trace.map { Int64(bitPattern: $0.high) },
            leaf.trace.map { Int64(bitPattern: $0.low) }, row.labels, row.otherIDs,
            row.groups ?? 0, row.name, row.address, row.path, row.agent, begun.id, row.whoOwner,
            row.whereOwner, row.whatOwner,
        ])
        try update.run()
        counts.add(record: row.shapes, at: begun.time)
        counts.extend(blockOf: begun.id, to: begun.time, leaf, by: 0)
        counts.add(
            access: begun.id, begun.shapes, actor: begun.actor, at: begun.time, by: -1)
        counts.add(access: begun.id, row.shapes, actor: actor, at: begun.time, by: 1)
        open[uid] =
            leaf.isStarted
            ? OpenAccess(id: begun.id, shapes: row.shapes, actor: actor, time: begun.time) : nil
    }

    private static let copy = """
        INSERT INTO superseded(id, access, time, deed, caller, bytes, actor, session, duration,
        request_size, response_size, uid_high, uid_low, trace_high, trace_low, labels, other_ids,
        groups, name, address, path, agent, who_owner, where_owner, what_owner)
        SELECT ifnull(last, id), id, time, deed, caller, bytes, actor, session, duration,
        request_size, response_size, uid_high, uid_low, trace_high, trace_low, labels, other_ids,
        groups, name, address, path, agent, who_owner, where_owner, what_owner
        FROM access WHERE id = ?
        """

    /// An outcome of stage `unknown` says nothing of some things: there, the record before it speaks.
    private static let update = """
        UPDATE access SET last = ?1, open = ?2, rare = ?3, deed = ?4, caller = ?5, bytes = ?6, duration = ?7,
        request_size = ?8, response_size = ?9, actor = ifnull(?10, actor),
        session = ifnull(?11, session), trace_high = ifnull(?12, trace_high),
        trace_low = ifnull(?13, trace_low), labels = ifnull(?14, labels),
        other_ids = ifnull(?15, other_ids), groups = nullif(ifnull(groups, 0) | ?16, 0),
        name = ifnull(?17, name), address = ifnull(?18, address), path = ifnull(?19, path), agent = ifnull(?20, agent),
        who_owner = iif(?17 IS NULL, ifnull(who_owner, nullif(actor, ifnull(?10, actor))), ?22),
        where_owner = iif(?18 IS NULL AND ?20 IS NULL,
        ifnull(where_owner, nullif(actor, ifnull(?10, actor))), ?23),
        what_owner = iif(?19 IS NULL, what_owner, ?24)
        WHERE id = ?21
        """
}
