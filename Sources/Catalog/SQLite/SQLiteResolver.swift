// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Turns a filter's texts into the numbers of one catalog.
struct SQLiteResolver {
    let connection: SQLiteConnection
    let shapes: SQLiteShapeLists
    /// The log's name.
    let origin: String
    /// What personal values are looked up by; nil where nobody may.
    let tokens: PersonalTokenizer?

    /// Most actors or sessions that a prefix may stand for.
    private static let mostWords = 100_000

    func resolve(_ filter: CatalogFilter) throws(CatalogFailure) -> SQLiteFilter {
        switch filter {
        case .all: return .constant(.yes)
        case .test(let test): return try resolve(test)
        case .not(let filter): return .not(try resolve(filter))
        case .and(let filters):
            let resolved = try resolve(filters)
            for case .member(.actor, let actors) in resolved where actors.count == 1 {
                return .and(try borne(resolved, by: actors))
            }
            return .and(resolved)
        case .or(let filters): return .or(try resolve(filters))
        case .doubt(let filter): return .doubt(try resolve(filter))
        }
    }

    private func resolve(_ filters: [CatalogFilter]) throws(CatalogFailure) -> [SQLiteFilter] {
        var resolved: [SQLiteFilter] = []
        for filter in filters { resolved.append(try resolve(filter)) }
        return resolved
    }

    private func resolve(_ test: CatalogTest) throws(CatalogFailure) -> SQLiteFilter {
        switch test.field.form {
        case .word where test.field == .log:
            return .constant(CatalogTruth(Self.fits(origin, test)))
        case .word where test.field == .group:
            return .member(.groups, CommitGroupBits.numbers { Self.fits($0, test) })
        case .word, .code:
            guard let aspect = test.field.aspect else { return .constant(.no) }
            func truths(_ aspect: CatalogAspect) -> [CatalogTruth] {
                shapes[aspect].map { shape in
                    CatalogTruth(shape[test.field].contains { Self.fits($0, test) })
                }
            }
            return .shape(
                aspect, truths(aspect),
                outline: CatalogAspect.outlined.contains(test.field) ? truths(.outline) : nil)
        case .id: return try resolve(id: test)
        case .number: return Self.resolve(number: test)
        case .pairs: return try resolve(pair: test)
        case .personal: return try resolve(personal: test)
        }
    }

    /// Whether a text of the log fits.
    static func fits(_ text: String, _ test: CatalogTest) -> Bool {
        // By bytes: for Swift two spellings of one letter are equal in ids, too, for the query language they are not.
        func same(_ text: String) -> [UInt8] {
            Array((test.field.ignoresCase ? text.likeLetters : text).utf8)
        }
        switch test.comparison {
        case .exists: return true
        case .equals(let wanted): return same(text) == same(wanted)
        case .oneOf(let list): return list.contains { same($0) == same(text) }
        case .prefix(let start): return same(text).starts(with: same(start))
        case .part(let part): return same(text).holds(same(part))
        case .range(let low, let high):
            guard let number = Int64(text) else { return false }
            return (low ?? .min) <= number && number <= (high ?? .max)
        case .network, .pair, .pairPrefix, .withheld: return false
        }
    }

    private static func resolve(number test: CatalogTest) -> SQLiteFilter {
        let column: SQLiteColumn =
            switch test.field {
            case .index: .index
            case .first: .first
            case .last: .last
            case .time: .time
            case .duration: .duration
            case .requestSize: .requestSize
            default: .responseSize
            }
        switch test.comparison {
        case .exists: return .exists(column)
        case .range(let low, let high):
            let (low, high) = (low ?? .min, high ?? .max)
            return low <= high ? .range(column, low...high) : .constant(.no)
        case .equals(let text): return .member(column, Set([text].compactMap { Int64($0) }))
        case .oneOf(let texts): return .member(column, Set(texts.compactMap { Int64($0) }))
        case .prefix, .part, .network, .pair, .pairPrefix, .withheld: return .constant(.no)
        }
    }

    private func resolve(id test: CatalogTest) throws(CatalogFailure) -> SQLiteFilter {
        switch test.field {
        case .uid: return resolve(halves: test, .uidHigh, .uidLow) { UniqueID($0)?.halves }
        case .trace: return resolve(halves: test, .traceHigh, .traceLow) { TraceID($0)?.halves }
        default: break
        }
        let (column, kind): (SQLiteColumn, SQLiteNumbers.Kind) =
            test.field == .actor ? (.actor, .actor) : (.session, .session)
        switch test.comparison {
        case .exists: return .exists(column)
        case .equals(let text): return .member(column, try words([text], kind))
        case .oneOf(let texts): return .member(column, try words(texts, kind))
        case .prefix(let start): return .member(column, try words(from: start, kind))
        case .part: return .member(column, try words(fitting: test, kind))
        case .range, .network, .pair, .pairPrefix, .withheld: return .constant(.no)
        }
    }

    /// An id of sixteen bytes; a prefix of its text is a range of the first half only if it ends there.
    private func resolve(
        halves test: CatalogTest, _ high: SQLiteColumn, _ low: SQLiteColumn,
        _ parse: (String) -> (Int64, Int64)?
    ) -> SQLiteFilter {
        switch test.comparison {
        case .exists: return .exists(high)
        case .equals(let text):
            guard let halves = parse(text.lowercased()) else { return .constant(.no) }
            return .pair(high, low, high: halves.0, low: halves.1)
        case .oneOf(let texts):
            return .or(
                texts.compactMap { parse($0.lowercased()) }.map {
                    .pair(high, low, high: $0.0, low: $0.1)
                })
        case .prefix(let start):
            let digits = start.lowercased().filter { $0 != "-" }
            guard digits.utf8.count <= 16,
                let from = UInt64(digits.padded(to: 16, with: "0"), radix: 16),
                let to = UInt64(digits.padded(to: 16, with: "f"), radix: 16)
            else { return .constant(.no) }
            let ends = (Int64(bitPattern: from), Int64(bitPattern: to))
            // As signed numbers, the upper half of all ids comes first.
            return ends.0 <= ends.1
                ? .range(high, ends.0...ends.1)
                : .or([.range(high, ends.0...Int64.max), .range(high, Int64.min...ends.1)])
        case .range, .part, .network, .pair, .pairPrefix, .withheld: return .constant(.no)
        }
    }

    /// Those that fit, in letters of either case.
    private func words(
        fitting test: CatalogTest, _ kind: SQLiteNumbers.Kind
    ) throws(CatalogFailure) -> Set<Int64> {
        guard case .part(let part) = test.comparison else { return [] }
        let wanted = Array(part.likeLetters.utf8)
        let find = try connection.statement("SELECT id, text FROM word WHERE field = ?")
        find.bind([kind.rawValue])
        var found: Set<Int64> = []
        while try find.step() {
            if Array(find.text(1).likeLetters.utf8).holds(wanted) { found.insert(find.integer(0)) }
        }
        return found
    }

    private func words(
        _ texts: [String], _ kind: SQLiteNumbers.Kind
    ) throws(CatalogFailure) -> Set<Int64> {
        let find = try connection.statement("SELECT id FROM word WHERE field = ? AND text = ?")
        var found: Set<Int64> = []
        for text in texts {
            find.reset()
            find.bind(kind.rawValue, at: 1)
            find.bind(text: text, at: 2)
            if try find.step() { found.insert(find.integer(0)) }
        }
        return found
    }

    private func words(
        from start: String, _ kind: SQLiteNumbers.Kind
    ) throws(CatalogFailure) -> Set<Int64> {
        let find = try connection.statement(
            "SELECT id, text FROM word WHERE field = ? AND text >= ? ORDER BY text")
        find.bind(kind.rawValue, at: 1)
        find.bind(text: start, at: 2)
        var found: Set<Int64> = []
        while try find.step(), find.bytes(1).starts(with: start.utf8) {
            found.insert(find.integer(0))
            if found.count >= Self.mostWords {
                throw CatalogFailure(.interrupted, "too many values begin with this")
            }
        }
        return found
    }

    private func resolve(pair test: CatalogTest) throws(CatalogFailure) -> SQLiteFilter {
        let (table, column): (String, SQLiteColumn) =
            test.field == .label ? ("label", .labels) : ("other_id", .otherIDs)
        let name: String
        // What the value is compared with, as that of a field with texts.
        let comparison: CatalogComparison
        switch test.comparison {
        case .exists: return .exists(column)
        case .pair(let asked, let value):
            name = asked
            comparison = value.map { .equals($0) } ?? .exists
        case .pairPrefix(let asked, let value): (name, comparison) = (asked, .prefix(value))
        default: return .constant(.no)
        }
        let find = try connection.statement(
            "SELECT \(column.rawValue), value FROM \(table) WHERE name = ?")
        find.bind(text: name, at: 1)
        let wanted = CatalogTest(test.field, comparison)
        var sets: Set<Int64> = []
        while try find.step() {
            if Self.fits(find.text(1), wanted) { sets.insert(find.integer(0)) }
        }
        return .member(column, sets)
    }

    /// The same where only rows of these actors matter: addresses that none of them had lead nowhere.
    private func borne(
        _ filter: SQLiteFilter, by actors: Set<Int64>
    ) throws(CatalogFailure) -> SQLiteFilter {
        switch filter {
        case .and(let filters): return .and(try borne(filters, by: actors))
        case .or(let filters): return .or(try borne(filters, by: actors))
        case .personal(.address, let values, let bearers):
            return .personal(.address, try borne(values, by: actors), bearers: bearers)
        case .marked(.address, let values, let bearers):
            return .marked(.address, try borne(values, by: actors), bearers: bearers)
        default: return filter
        }
    }

    private func borne(
        _ filters: [SQLiteFilter], by actors: Set<Int64>
    ) throws(CatalogFailure) -> [SQLiteFilter] {
        var borne: [SQLiteFilter] = []
        for filter in filters { borne.append(try self.borne(filter, by: actors)) }
        return borne
    }

    /// Those of the tokens that these actors had, or that somebody had before it was known who they are. Where one is shared
    /// by many, it leads to more accesses than its actor does, and all are left.
    private func borne(
        _ tokens: Set<Int64>, by actors: Set<Int64>
    ) throws(CatalogFailure) -> Set<Int64> {
        let had = try connection.statement("SELECT 1 FROM bearer WHERE token = ? AND actor = ?")
        let all = try connection.statement("SELECT count(*) FROM bearer WHERE token = ?")
        var found: Set<Int64> = []
        for token in tokens {
            for actor in actors.union([0]) {
                had.bind([token, actor])
                if try had.step() { found.insert(token) }
                had.reset()
            }
        }
        for token in found where token != SQLitePersonal.withheld {
            all.bind([token])
            guard try all.step() else { continue }
            if all.integer(0) > Self.mostBearers { return tokens }
            all.reset()
        }
        return found
    }

    /// More actors than these share an address only behind a gateway.
    private static let mostBearers: Int64 = 16

    private func resolve(personal test: CatalogTest) throws(CatalogFailure) -> SQLiteFilter {
        guard let field = SQLitePersonal(test.field),
            let column = SQLiteColumn(rawValue: field.column)
        else { return .constant(.no) }
        if test.comparison == .exists { return .exists(column) }
        if test.comparison == .withheld {
            let mark: Set<Int64> = [SQLitePersonal.withheld]
            return .marked(column, mark, bearers: field == .name ? try bearers(of: mark) : nil)
        }
        // Nobody may look: whether it is there, nobody can say.
        guard let tokens else { return .constant(.undecided) }
        guard let wanted = tokens.wanted(test) else { return .exists(column) }
        var found: Set<Int64> = []
        for wanted in wanted {
            let find = try connection.statement(
                wanted.isWider
                    ? "SELECT token FROM wider WHERE field = ? AND value = ?"
                    : "SELECT id FROM token WHERE field = ? AND value = ?")
            find.bind([field.rawValue, wanted.value])
            while try find.step() { found.insert(find.integer(0)) }
        }
        return .personal(column, found, bearers: field == .name ? try bearers(of: found) : nil)
    }

    /// Whose these values are; nil if one of them is of an access without an actor, or there are very many.
    private func bearers(of tokens: Set<Int64>) throws(CatalogFailure) -> Set<Int64>? {
        let find = try connection.statement("SELECT actor FROM bearer WHERE token = ?")
        var found: Set<Int64> = []
        for token in tokens {
            find.bind([token])
            while try find.step() {
                found.insert(find.integer(0))
                if found.contains(0) || found.count > SQLitePlan.mostValues { return nil }
            }
        }
        return found
    }
}

extension UniqueID {
    /// As they are stored.
    var halves: (Int64, Int64) { (Int64(bitPattern: high), Int64(bitPattern: low)) }
}

extension TraceID {
    /// As they are stored.
    var halves: (Int64, Int64) { (Int64(bitPattern: high), Int64(bitPattern: low)) }
}

extension String {
    fileprivate func padded(to length: Int, with digit: Character) -> String {
        self + String(repeating: digit, count: Swift.max(0, length - utf8.count))
    }
}

extension [UInt8] {
    /// Whether these bytes are somewhere in it.
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard part.count <= count else { return false }
        return (0...count - part.count).contains { start in
            self[start..<start + part.count].elementsEqual(part)
        }
    }
}
