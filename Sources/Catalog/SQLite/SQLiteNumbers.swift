// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Disclosures

/// The numbers of repeated values, as the writer looks them up: from memory where it can.
///
/// Holds what was committed and what the running transaction adds; after a rollback it is dropped.
struct SQLiteNumbers {
    /// Which texts are numbered apart from one another.
    enum Kind: Int64 {
        case actor = 0
        case session = 1
    }

    private struct Known {
        var text: [UInt8]
        var number: Int64
    }

    private struct Bearer: Hashable {
        var token: Int64
        var actor: Int64
        var owner: Int64
    }

    /// Whose key seals something.
    struct Owner {
        var number: Int64
        var isErased: Bool
    }

    private var words: [UInt64: Known] = [:]
    private var sets: [UInt64: Known] = [:]
    /// By aspect.
    private var shapes: [[UInt64: Known]] = CatalogAspect.allCases.map { _ in [:] }
    /// Whether accesses of each deed, by number less one, are in the index of rare ones.
    private var rareDeeds: [Bool] = []
    /// Deeds whose outlines are not numbered yet come last.
    private var deeds: [CatalogShape] = []
    private var outlines: [Int64] = []
    private var numberOfOutline: [CatalogShape: Int64] = [:]
    private var tokens: [Int64: Int64] = [:]
    private var bearers: Set<Bearer> = []
    private var owners: [SubjectID: Owner] = [:]
    /// Subjects and months that are erased: a value of theirs that was opened before has no token any more.
    private var erased: Set<String> = []
    /// More is forgotten: what is asked again is read again.
    private static let mostKnown = 200_000

    /// Reads the shapes.
    init(_ connection: SQLiteConnection) throws(CatalogFailure) {
        let statement = try connection.statement(
            "SELECT aspect, key FROM shape WHERE aspect <> 2 ORDER BY aspect, id")
        while try statement.step() {
            guard let aspect = CatalogAspect(rawValue: statement.integer(0)) else { continue }
            let key = statement.bytes(1)
            var hash = XXH64.checksum(key.span)
            while shapes[Int(aspect.rawValue)][hash] != nil { hash &+= 1 }
            _ = add(key, aspect, hash: hash)
        }
        let gone = try connection.statement("SELECT id FROM erased")
        while try gone.step() { erased.insert(gone.text(0)) }
    }

    private mutating func add(
        _ key: [UInt8], _ aspect: CatalogAspect, hash: UInt64
    ) -> Int64 {
        let place = Int(aspect.rawValue)
        let number = Int64(shapes[place].count + 1)
        shapes[place][hash] = Known(text: key, number: number)
        if aspect == .deed {
            let shape = CatalogShape(key: key)
            rareDeeds.append(shape.isRare)
            deeds.append(shape)
        }
        return number
    }

    /// Whether accesses of this deed are in the index of rare ones.
    func isRare(deed: Int64) -> Bool { rareDeeds[Int(deed) - 1] }

    /// The number of a shape, a new one if nobody had it before.
    mutating func shape(
        _ key: ArraySlice<UInt8>, _ aspect: CatalogAspect, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64 {
        var hash = XXH64.checksum(key.span)
        while let known = shapes[Int(aspect.rawValue)][hash] {
            if known.text.span.holdsSameBytes(as: key.span) { return known.number }
            hash &+= 1
        }
        let number = add(Array(key), aspect, hash: hash)
        let statement = try connection.statement("INSERT INTO shape VALUES(?, ?, ?)")
        statement.bind([aspect.rawValue, number])
        statement.bind(bytes: key, at: 3)
        try statement.run()
        return number
    }

    /// Numbers the outlines of deeds that are new.
    ///
    /// An outline is stored as the first deed that has it, of which readers take the outline again.
    mutating func addOutlines(_ connection: SQLiteConnection) throws(CatalogFailure) {
        let insert = try connection.statement(
            "INSERT OR IGNORE INTO shape SELECT ?, ?, key FROM shape WHERE aspect = ? AND id = ?")
        for place in outlines.count..<deeds.count {
            let outline = deeds[place].outline
            if let known = numberOfOutline[outline] {
                outlines.append(known)
                continue
            }
            let number = Int64(numberOfOutline.count + 1)
            numberOfOutline[outline] = number
            outlines.append(number)
            insert.bind([
                CatalogAspect.outline.rawValue, number, CatalogAspect.deed.rawValue,
                Int64(place + 1),
            ])
            try insert.run()
        }
    }

    /// The outline of a deed that was numbered.
    func outline(ofDeed deed: Int64) -> Int64 { outlines[Int(deed) - 1] }

    /// The number of an actor or a session; nil for none.
    ///
    /// - Parameter text: as it stands in the leaf, perhaps with escapes of JSON.
    mutating func word(
        _ text: ArraySlice<UInt8>, _ kind: Kind, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64? {
        guard !text.isEmpty else { return nil }
        let hash = XXH64.checksum(text.span) &+ UInt64(kind.rawValue)
        if let known = words[hash], known.text.span.holdsSameBytes(as: text.span) {
            return known.number
        }
        let word = Self.unescaped(text)
        var number = try Self.find(word, kind, connection)
        if number == nil {
            let insert = try connection.statement("INSERT INTO word(field, text) VALUES(?, ?)")
            insert.bind(kind.rawValue, at: 1)
            insert.bind(text: word, at: 2)
            try insert.run()
            number = try connection.number("SELECT last_insert_rowid()")
        }
        guard let number else { throw CatalogFailure(.damaged, "a word has no number") }
        if words.count >= Self.mostKnown { words.removeAll(keepingCapacity: true) }
        words[hash] = Known(text: Array(text), number: number)
        return number
    }

    private static func find(
        _ word: String, _ kind: Kind, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64? {
        let find = try connection.statement("SELECT id FROM word WHERE field = ? AND text = ?")
        find.bind(kind.rawValue, at: 1)
        find.bind(text: word, at: 2)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        let plain = String(decoding: text, as: UTF8.self)
        guard text.contains(UInt8(ascii: "\\")) else { return plain }
        do throws(JSONFault) {
            let quoted = Array("\"".utf8) + text + Array("\"".utf8)
            return try JSONParser.parse(quoted, as: .strict, deepest: 1).string ?? plain
        } catch {
            return plain
        }
    }

    /// The number of a set of pairs; nil for none.
    mutating func set(
        _ object: ArraySlice<UInt8>, _ kind: PairSet, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64? {
        guard object.count > 2 else { return nil }
        let hash = XXH64.checksum(object.span) &+ kind.seed
        if let known = sets[hash], known.text.span.holdsSameBytes(as: object.span) {
            return known.number
        }
        let table = kind.rawValue
        let find = try connection.statement("SELECT id FROM \(table)_set WHERE text = ?")
        find.bind(bytes: object, at: 1)
        var number: Int64? = try find.step() ? find.integer(0) : nil
        find.reset()
        if number == nil {
            let insert = try connection.statement("INSERT INTO \(table)_set(text) VALUES(?)")
            insert.bind(bytes: object, at: 1)
            try insert.run()
            number = try connection.number("SELECT last_insert_rowid()")
            try addPairs(of: object, kind, set: number, connection)
        }
        guard let number else { throw CatalogFailure(.damaged, "pairs have no number") }
        if sets.count >= Self.mostKnown { sets.removeAll(keepingCapacity: true) }
        sets[hash] = Known(text: Array(object), number: number)
        return number
    }

    private func addPairs(
        of object: ArraySlice<UInt8>, _ kind: PairSet, set: Int64?, _ connection: SQLiteConnection
    ) throws(CatalogFailure) {
        var pairs: [JSONMember] = []
        do throws(JSONFault) {
            // One deeper than in the leaf: ids were put together as an object.
            pairs =
                try JSONParser.parse(Array(object), as: .strict, deepest: RecordLimits.depth + 1)
                .members ?? []
        } catch {
            // None of our leaves: it has no pairs then.
        }
        let insert = try connection.statement(
            "INSERT OR IGNORE INTO \(kind.rawValue) VALUES(?, ?, ?)")
        for pair in pairs {
            for item in pair.value.array ?? [pair.value] {
                // Those on whose behalf somebody acts are objects with ids.
                guard let value = item.string ?? item["uid"]?.string else { continue }
                insert.bind(text: pair.name, at: 1)
                insert.bind(text: value, at: 2)
                insert.bind(set, at: 3)
                try insert.run()
            }
        }
    }

    /// Whose key it is: owners are numbered as actors are.
    mutating func owner(
        _ subject: SubjectID, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Owner {
        if let known = owners[subject] { return known }
        let text = subject.text
        guard let number = try word(Array(text.utf8)[...], .actor, connection) else {
            throw CatalogFailure(.damaged, "an owner has no number")
        }
        let owner = Owner(number: number, isErased: erased.contains(text))
        if owners.count >= Self.mostKnown { owners.removeAll(keepingCapacity: true) }
        owners[subject] = owner
        return owner
    }

    /// The number of a personal value's token: nil for none, -1 for one that is withheld.
    ///
    /// - Parameter seal: the keys that the value is sealed under.
    mutating func token(
        _ value: PersonalTokens.Value, _ field: SQLitePersonal, _ seal: PersonalTokens.Seal?,
        borneBy actor: Int64?, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64? {
        if value == .absent { return nil }
        guard case .token(let token) = value, let seal,
            erased.isEmpty || !erased.contains(seal.period.text)
        else { return try withheld(field, actor, connection) }
        let owner = try owner(seal.subject, connection)
        guard !owner.isErased else { return try withheld(field, actor, connection) }
        let key = token.value &* 4 &+ field.rawValue
        let isOfNobody = field == .path && seal.subject == .tenant
        if let known = tokens[key] {
            if !isOfNobody { try bear(known, actor, owner.number, connection) }
            return known
        }
        var number = try connection.number(
            "SELECT id FROM token WHERE field = ? AND value = ?", [field.rawValue, token.value])
        if number == nil {
            let insert = try connection.statement(
                "INSERT INTO token(field, value, period) VALUES(?, ?, ?)")
            insert.bind([field.rawValue, token.value])
            insert.bind(text: seal.period.text, at: 3)
            try insert.run()
            number = try connection.number("SELECT last_insert_rowid()")
            let wider = try connection.statement("INSERT OR IGNORE INTO wider VALUES(?, ?, ?)")
            for value in token.wider {
                wider.bind([field.rawValue, value, number])
                try wider.run()
            }
        }
        guard let number else { throw CatalogFailure(.damaged, "a token has no number") }
        if tokens.count >= Self.mostKnown { tokens.removeAll(keepingCapacity: true) }
        tokens[key] = number
        if !isOfNobody { try bear(number, actor, owner.number, connection) }
        return number
    }

    private mutating func withheld(
        _ field: SQLitePersonal, _ actor: Int64?, _ connection: SQLiteConnection
    ) throws(CatalogFailure) -> Int64 {
        if field != .path { try bear(SQLitePersonal.withheld, actor, 0, connection) }
        return SQLitePersonal.withheld
    }

    /// Notes in whose records it is, and whose key seals it: who is erased takes along what nobody else has.
    private mutating func bear(
        _ token: Int64, _ actor: Int64?, _ owner: Int64, _ connection: SQLiteConnection
    ) throws(CatalogFailure) {
        let bearer = Bearer(token: token, actor: actor ?? 0, owner: owner)
        guard !bearers.contains(bearer) else { return }
        let insert = try connection.statement("INSERT OR IGNORE INTO bearer VALUES(?, ?, ?)")
        insert.bind([bearer.token, bearer.actor, bearer.owner])
        try insert.run()
        if bearers.count >= Self.mostKnown { bearers.removeAll(keepingCapacity: true) }
        bearers.insert(bearer)
    }
}

/// What there are sets of pairs of, by the name of its table.
enum PairSet: String {
    case labels = "label"
    case otherIDs = "other_id"

    /// Tells texts of the one from those of the other.
    var seed: UInt64 { self == .labels ? 0 : 1 }
}

/// The personal values that there are tokens of.
enum SQLitePersonal: Int64, CaseIterable {
    case name = 0
    case address = 1
    case path = 2
    case agent = 3

    /// In the place of a token's number, where there is a value that nobody can open.
    static let withheld: Int64 = -1

    init?(_ field: CatalogField) {
        switch field {
        case .name: self = .name
        case .address: self = .address
        case .path: self = .path
        case .agent: self = .agent
        default: return nil
        }
    }

    var column: String { "\(self)" }
}
