// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Merkle

/// Checks a leaf in one pass over its bytes and extracts the facts that verification needs.
///
/// What it accepts is a valid record by ``AuditRecords/Record/faults(inLeaf:)``: canonical, complete and
/// within all limits. It may reject a valid record of unusual form; then ask there, which costs fifty times
/// as much and names every fault.
///
/// A leaf of the same shape as a recent valid one is compared with that, and only differing values are read,
/// at a fifth of the cost (``LeafTemplate``).
struct LeafScanner {
    let schema: SchemaTree
    var at = 0
    var facts = LeafFacts()
    /// The values of known members that ``object(_:level:depth:)`` found.
    var values: [LeafTemplate.Value] = []
    /// Valid leaves of different shapes.
    var templates: [LeafTemplate] = []
    /// The template that matched last.
    var likely = 0
    /// The template to be replaced next.
    var oldest = 0
    private let mandatory = RecordSchema.mandatoryBits
    private let decided = RecordSchema.decidedBits
    private let stringBytes = RecordLimits.stringBytes
    /// By place among a member's options, which are sorted.
    private let stages = RecordStage.allCases.sorted { $0.rawValue < $1.rawValue }
    private let effects = Decision.Effect.allCases.sorted { $0.rawValue < $1.rawValue }
    private let categories = EventCategory.allCases.sorted { $0.rawValue < $1.rawValue }

    init(_ schema: SchemaTree = .record) { self.schema = schema }

    /// Whether the leaf is certain to be valid; only then are ``facts`` its own.
    mutating func scan(_ leaf: Span<UInt8>) -> Bool {
        guard leaf.count <= RecordLimits.leafBytes else { return false }
        if isLikeAny(leaf) { return true }
        at = 0
        facts = LeafFacts()
        values.removeAll(keepingCapacity: true)
        guard object(leaf, level: 0, depth: 1), at == leaf.count, isComplete else { return false }
        remember(leaf)
        return true
    }

    /// Whether all members that a record must have were found.
    var isComplete: Bool {
        // What a later version's effect requires is unknown here.
        let mayLack = facts.effect == .error || facts.effect == nil ? decided : 0
        return mandatory & ~facts.found & ~mayLack == 0
    }

    private func isNext(_ byte: UInt8, _ leaf: Span<UInt8>) -> Bool {
        at < leaf.count && leaf[at] == byte
    }

    private mutating func take(_ byte: UInt8, _ leaf: Span<UInt8>) -> Bool {
        guard isNext(byte, leaf) else { return false }
        at += 1
        return true
    }

    /// An object, its members compared with a level of the schema; level -1 knows none.
    private mutating func object(_ leaf: Span<UInt8>, level: Int, depth: Int) -> Bool {
        guard depth <= RecordLimits.depth, take(UInt8(ascii: "{"), leaf) else { return false }
        if take(UInt8(ascii: "}"), leaf) { return true }
        var (expected, end) = (0, 0)
        if level >= 0 {
            (expected, end) = (schema.levels[level].lowerBound, schema.levels[level].upperBound)
        }
        var last = 0..<0
        repeat {
            guard let name = name(leaf), last.isEmpty || precedes(leaf, last, name),
                take(UInt8(ascii: ":"), leaf)
            else { return false }
            last = name
            var order = -1
            while expected < end {
                order = compare(schema.members[expected].name, leaf, name)
                if order >= 0 { break }
                expected += 1
            }
            if order == 0, expected < end {
                let member = schema.members[expected]
                let start = at
                facts.found |= member.bit
                guard value(leaf, of: member, depth: depth) else { return false }
                if member.form != .object {
                    values.append(
                        LeafTemplate.Value(start: start, end: at, member: expected, depth: depth))
                }
                expected += 1
            } else {
                guard anyValue(leaf, depth: depth) else { return false }
            }
        } while take(UInt8(ascii: ","), leaf)
        return take(UInt8(ascii: "}"), leaf)
    }

    /// A member name of `[a-z0-9_]`; such names sort by bytes as they do by UTF-16.
    private mutating func name(_ leaf: Span<UInt8>) -> Range<Int>? {
        guard take(UInt8(ascii: "\""), leaf) else { return nil }
        let start = at
        while at < leaf.count {
            let byte = leaf[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return at - 1 > start ? start..<at - 1 : nil
            }
            guard byte >= 0x61 && byte <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F
            else { return nil }
            at += 1
        }
        return nil
    }

    private func precedes(_ leaf: Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        let common = min(one.count, other.count)
        for position in 0..<common {
            let (left, right) = (
                leaf[one.lowerBound + position], leaf[other.lowerBound + position]
            )
            if left != right { return left < right }
        }
        return one.count < other.count
    }

    /// -1, 0 or 1 if the schema's text sorts before, equals, or sorts after the one in the leaf.
    private func compare(_ known: Range<Int>, _ leaf: Span<UInt8>, _ name: Range<Int>) -> Int {
        let common = min(known.count, name.count)
        for position in 0..<common {
            let left = schema.text[known.lowerBound + position]
            let right = leaf[name.lowerBound + position]
            if left != right { return left < right ? -1 : 1 }
        }
        return known.count == name.count ? 0 : known.count < name.count ? -1 : 1
    }

    /// A value of a known member; what it accepts depends on nothing but the value, the byte behind it and
    /// the depth, on which ``LeafTemplate`` relies.
    mutating func value(
        _ leaf: Span<UInt8>, of member: SchemaTree.Member, depth: Int
    ) -> Bool {
        switch member.form {
        case .object: return object(leaf, level: member.level, depth: depth + 1)
        case .labels: return labels(leaf, depth: depth + 1)
        case .array: return array(leaf, depth: depth + 1, stringsOnly: false)
        case .strings: return array(leaf, depth: depth + 1, stringsOnly: true)
        case .bool: return bool(leaf)
        case .integer:
            guard let number = integer(leaf), number >= member.low, number <= member.high else {
                return false
            }
            if member.role == .index { facts.index = UInt64(number) }
            if member.role == .sequence { facts.sequence = UInt64(number) }
            return true
        case .text, .oneOf, .known, .shortText, .uniqueID, .instant, .hash, .hexDigits, .action:
            let start = at + 1
            guard string(leaf) else { return false }
            return accept(leaf, start..<at - 1, of: member)
        }
    }

    /// Checks a text's form and records its meaning.
    private mutating func accept(
        _ leaf: Span<UInt8>, _ text: Range<Int>, of member: SchemaTree.Member
    ) -> Bool {
        switch member.form {
        case .oneOf: return option(leaf, text, of: member) != nil
        case .known: choose(option(leaf, text, of: member), of: member)
        case .shortText: return text.count <= member.high
        case .uniqueID:
            guard let id = FixedText.uniqueID(leaf, text) else { return false }
            if member.role == .uid { facts.uid = id }
            if member.role == .boot { facts.boot = id }
        case .instant:
            guard FixedText.isInstant(leaf, text) else { return false }
            if member.role == .logTime { facts.logTime = text }
        case .hash:
            guard let hash = Hash256(base64: leaf.extracting(text)) else { return false }
            switch member.role {
            case .previous: facts.previous = hash
            case .who: facts.commitments[.who] = hash
            case .where: facts.commitments[.where] = hash
            case .what: facts.commitments[.what] = hash
            case .payload: facts.commitments[.payload] = hash
            default: break
            }
        case .hexDigits: return FixedText.isHex(leaf, text, Int(member.high))
        case .action:
            guard FixedText.isAction(leaf, text) else { return false }
            facts.action = text
        default:
            if member.role == .origin { facts.origin = text }
            if member.role == .producer { facts.producer = text }
        }
        return true
    }

    /// Which of a member's options a text is, comparing whole words; nil for any other text.
    private func option(
        _ leaf: Span<UInt8>, _ text: Range<Int>, of member: SchemaTree.Member
    ) -> Int? {
        let first = Int(member.low)
        for option in first..<Int(member.high)
        where compare(schema.options[option], leaf, text) == 0 { return option - first }
        return nil
    }

    /// Records what a word means; words of a later version mean nothing here.
    private mutating func choose(_ option: Int?, of member: SchemaTree.Member) {
        switch member.role {
        case .stage: facts.stage = option.map { stages[$0] }
        case .category: facts.isAccess = option.map { categories[$0] == .access }
        case .effect: facts.effect = option.map { effects[$0] }
        default: break
        }
    }

    private mutating func anyValue(_ leaf: Span<UInt8>, depth: Int) -> Bool {
        guard at < leaf.count else { return false }
        switch leaf[at] {
        case UInt8(ascii: "{"): return object(leaf, level: -1, depth: depth + 1)
        case UInt8(ascii: "["): return array(leaf, depth: depth + 1, stringsOnly: false)
        case UInt8(ascii: "\""): return string(leaf)
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return bool(leaf)
        default: return integer(leaf) != nil
        }
    }

    private mutating func array(_ leaf: Span<UInt8>, depth: Int, stringsOnly: Bool) -> Bool {
        guard depth <= RecordLimits.depth, take(UInt8(ascii: "["), leaf) else { return false }
        if take(UInt8(ascii: "]"), leaf) { return true }
        var items = 0
        repeat {
            items += 1
            guard items <= RecordLimits.arrayItems,
                stringsOnly ? string(leaf) : anyValue(leaf, depth: depth)
            else { return false }
        } while take(UInt8(ascii: ","), leaf)
        return take(UInt8(ascii: "]"), leaf)
    }

    private mutating func labels(_ leaf: Span<UInt8>, depth: Int) -> Bool {
        guard depth <= RecordLimits.depth, take(UInt8(ascii: "{"), leaf) else { return false }
        if take(UInt8(ascii: "}"), leaf) { return true }
        var last = 0..<0
        var count = 0
        repeat {
            count += 1
            guard count <= RecordLimits.labels, let name = name(leaf),
                last.isEmpty || precedes(leaf, last, name), take(UInt8(ascii: ":"), leaf),
                string(leaf)
            else { return false }
            last = name
        } while take(UInt8(ascii: ","), leaf)
        return take(UInt8(ascii: "}"), leaf)
    }

    private mutating func bool(_ leaf: Span<UInt8>) -> Bool {
        if leaf.count - at >= 4, leaf[at] == UInt8(ascii: "t"), leaf[at + 1] == UInt8(ascii: "r"),
            leaf[at + 2] == UInt8(ascii: "u"), leaf[at + 3] == UInt8(ascii: "e")
        {
            at += 4
            return true
        }
        if leaf.count - at >= 5, leaf[at] == UInt8(ascii: "f"), leaf[at + 1] == UInt8(ascii: "a"),
            leaf[at + 2] == UInt8(ascii: "l"), leaf[at + 3] == UInt8(ascii: "s"),
            leaf[at + 4] == UInt8(ascii: "e")
        {
            at += 5
            return true
        }
        return false
    }

    /// An integer within ±(2^53−1) in its only canonical spelling.
    private mutating func integer(_ leaf: Span<UInt8>) -> Int64? {
        let isNegative = take(UInt8(ascii: "-"), leaf)
        let start = at
        var number: Int64 = 0
        while at < leaf.count, leaf[at] >= 0x30, leaf[at] <= 0x39, at - start < 17 {
            number = number * 10 + Int64(leaf[at] - 0x30)
            at += 1
        }
        guard at > start, number <= JSONValue.largestInteger,
            leaf[start] != 0x30 || at == start + 1 && !isNegative
        else { return nil }
        return isNegative ? -number : number
    }

    /// A string that is not empty and within the limit, with its quotes.
    private mutating func string(_ leaf: Span<UInt8>) -> Bool {
        guard take(UInt8(ascii: "\""), leaf) else { return false }
        let start = at
        while at < leaf.count {
            at += PlainText.prefix(leaf, at)
            guard at < leaf.count else { return false }
            let byte = leaf[at]
            if byte == UInt8(ascii: "\"") {
                let count = at - start
                at += 1
                return count > 0 && count <= stringBytes
            }
            if byte == UInt8(ascii: "\\") {
                guard escape(leaf) else { return false }
            } else if byte >= 0x80 {
                guard scalar(leaf) else { return false }
            } else {
                guard byte >= 0x20 else { return false }
                at += 1
            }
        }
        return false
    }

    /// RFC 8785 §3.2.2.2: a short escape, or `\u00xx` in lower case for controls that have none.
    private mutating func escape(_ leaf: Span<UInt8>) -> Bool {
        guard leaf.count - at >= 2 else { return false }
        switch leaf[at + 1] {
        case UInt8(ascii: "b"), UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "f"),
            UInt8(ascii: "r"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
            at += 2
            return true
        case UInt8(ascii: "u"):
            guard leaf.count - at >= 6, leaf[at + 2] == 0x30, leaf[at + 3] == 0x30,
                leaf[at + 4] == 0x30 || leaf[at + 4] == 0x31, let low = Hex.nibble(leaf[at + 5])
            else { return false }
            let byte = (leaf[at + 4] - 0x30) << 4 | low
            guard byte < 8 || byte == 0x0B || byte >= 0x0E else { return false }
            at += 6
            return true
        default: return false
        }
    }

    /// One scalar of two to four bytes in well-formed UTF-8 (Unicode, table 3-7).
    private mutating func scalar(_ leaf: Span<UInt8>) -> Bool {
        let first = leaf[at]
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: count = 2
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: count = 3
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: count = 4
        default: return false
        }
        guard leaf.count - at >= count, second.contains(leaf[at + 1]) else { return false }
        for position in 2..<max(count, 2) where leaf[at + position] & 0xC0 != 0x80 {
            return false
        }
        at += count
        return true
    }
}
