// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Finds the members of ``LeafMember`` in one pass over a leaf.
///
/// It judges nothing: what is in a log was checked when it was written, and is by `verify`. It only has to stay within
/// the bytes, and to say of bytes that it cannot follow that they are none of our leaves.
struct LeafPass {
    /// Where each member's value is, quotes and brackets included; empty where it is absent.
    private(set) var places = [Range<Int>](repeating: 0..<0, count: LeafMember.allCases.count)
    private var at = 0
    private var nodes = LeafMemberTree.all.nodes
    private var root = LeafMemberTree.all.root

    /// Deeper than any record may be.
    private static let deepest = 16

    subscript(_ member: LeafMember) -> Range<Int> { places[member.rawValue] }

    /// Whether the bytes are one object that could be followed to its end.
    mutating func read(_ leaf: Span<UInt8>) -> Bool {
        for place in places.indices { places[place] = 0..<0 }
        at = 0
        return object(leaf, root, depth: 1) && at == leaf.count
    }

    private mutating func take(_ byte: UInt8, _ leaf: Span<UInt8>) -> Bool {
        guard at < leaf.count, leaf[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func object(
        _ leaf: Span<UInt8>, _ known: Range<Int>, depth: Int
    ) -> Bool {
        guard depth <= Self.deepest, take(UInt8(ascii: "{"), leaf) else { return false }
        if take(UInt8(ascii: "}"), leaf) { return true }
        var next = known.lowerBound
        repeat {
            let start = at + 1
            guard string(leaf) else { return false }
            let end = at - 1
            guard take(UInt8(ascii: ":"), leaf) else { return false }
            var order = 1
            while next < known.upperBound {
                order = compare(nodes[next].name, leaf, start, end)
                if order >= 0 { break }
                next += 1
            }
            guard next < known.upperBound, order == 0 else {
                guard skip(leaf, depth: depth) else { return false }
                continue
            }
            let member = nodes[next].member
            let children = nodes[next].children
            next += 1
            let from = at
            if member < 0, at < leaf.count, leaf[at] == UInt8(ascii: "{") {
                guard object(leaf, children, depth: depth + 1) else { return false }
            } else {
                guard skip(leaf, depth: depth) else { return false }
                if member >= 0 { places[member] = from..<at }
            }
        } while take(UInt8(ascii: ","), leaf)
        return take(UInt8(ascii: "}"), leaf)
    }

    /// -1, 0 or 1 if the known name sorts before, equals, or sorts after the one in the leaf.
    private func compare(_ name: [UInt8], _ leaf: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        let common = min(name.count, end - start)
        for position in 0..<common where name[position] != leaf[start + position] {
            return name[position] < leaf[start + position] ? -1 : 1
        }
        return name.count == end - start ? 0 : name.count < end - start ? -1 : 1
    }

    private mutating func skip(_ leaf: Span<UInt8>, depth: Int) -> Bool {
        guard at < leaf.count else { return false }
        switch leaf[at] {
        case UInt8(ascii: "\""): return string(leaf)
        case UInt8(ascii: "{"): return object(leaf, 0..<0, depth: depth + 1)
        case UInt8(ascii: "["):
            at += 1
            guard depth < Self.deepest else { return false }
            if take(UInt8(ascii: "]"), leaf) { return true }
            repeat {
                guard skip(leaf, depth: depth + 1) else { return false }
            } while take(UInt8(ascii: ","), leaf)
            return take(UInt8(ascii: "]"), leaf)
        default:
            let start = at
            while at < leaf.count, isOfWord(leaf[at]) { at += 1 }
            return at > start
        }
    }

    /// Whether a byte may be in a number, `true`, `false` or `null`.
    private func isOfWord(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "E")
    }

    private mutating func string(_ leaf: Span<UInt8>) -> Bool {
        guard take(UInt8(ascii: "\""), leaf) else { return false }
        while at < leaf.count {
            let byte = leaf[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") { at += 1 }
        }
        return false
    }
}
