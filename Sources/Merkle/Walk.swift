// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The climb from a node to the root that checking a proof consists of: `fn` and `sn` of RFC 9162
/// §2.1.3.2 and §2.1.4.2.
struct Walk {
    /// On which side of the climbing node its sibling is.
    enum Side {
        case left
        case right
    }

    private var node: UInt64
    private var last: UInt64

    /// - Parameters:
    ///   - node: the position of the first node in its row.
    ///   - last: the position of the last node of that row.
    init(from node: UInt64, last: UInt64) {
        self.node = node
        self.last = last
    }

    /// Whether there is nothing above.
    var isAtRoot: Bool { last == 0 }

    /// Goes up while the node is a right child, without spending a sibling.
    mutating func skipRightChildren() {
        while node & 1 == 1 { goUp() }
    }

    /// Spends one sibling and goes up to where the next one is due; nil at the root.
    mutating func climb() -> Side? {
        guard !isAtRoot else { return nil }
        defer { goUp() }
        guard node & 1 == 1 || node == last else { return .right }
        // The last node of a row without a right sibling moves up unchanged.
        while node & 1 == 0, node != 0 { goUp() }
        return .left
    }

    private mutating func goUp() {
        node >>= 1
        last >>= 1
    }
}
