// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Merkle
internal import SignedNotes

/// The one small log that notes, checkpoints and proofs are checked against.
struct FuzzLog: Sendable {
    static let shared = FuzzLog()

    /// Eleven leaves, so that the tree's edge has three subtrees.
    static let leafCount = 11

    let leaves: [LeafHash]
    let signer: NoteSigner
    let knownKeys: KnownKeys
    let policy: TrustPolicy
    let checkpoint: Checkpoint

    private init() {
        leaves = (0..<Self.leafCount).map { LeafHash(of: Array("leaf \($0)".utf8)) }
        guard let name = KeyName("fuzz.example.com/log") else {
            preconditionFailure("FuzzLogIsSound: its name is no key name")
        }
        do {
            signer = NoteSigner(
                name: name,
                key: try Curve25519.Signing.PrivateKey(
                    rawRepresentation: [UInt8](repeating: 0x2A, count: 32)))
        } catch {
            preconditionFailure("FuzzLogIsSound: its key is no key")
        }
        guard let known = KnownKeys([signer.verifierKey]),
            let policy = TrustPolicy(logKeys: [signer.verifierKey])
        else { preconditionFailure("FuzzLogIsSound: one key clashes with itself") }
        knownKeys = known
        self.policy = policy
        checkpoint = Checkpoint(
            origin: LogOrigin(name), size: TreeSize(UInt64(Self.leafCount)),
            root: FuzzTree(leaves).root(Self.leafCount))
    }
}

/// The tree as RFC 6962 §2.1 writes it down, recursive and slow.
struct FuzzTree {
    private let leaves: [LeafHash]

    init(_ leaves: [LeafHash]) { self.leaves = leaves }

    func root(_ size: Int) -> RootHash { size == 0 ? .empty : RootHash(node(0..<size)) }

    /// MTH of a range that is not empty.
    func node(_ range: Range<Int>) -> NodeHash {
        guard range.count > 1 else { return NodeHash(leaves[range.lowerBound]) }
        let middle = range.lowerBound + Self.split(range.count)
        return NodeHash(
            left: node(range.lowerBound..<middle), right: node(middle..<range.upperBound))
    }

    /// PATH(index, D[range]).
    func path(_ index: Int, _ range: Range<Int>) -> [NodeHash] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + Self.split(range.count)
        return index < middle
            ? path(index, range.lowerBound..<middle) + [node(middle..<range.upperBound)]
            : path(index, middle..<range.upperBound) + [node(range.lowerBound..<middle)]
    }

    /// SUBPROOF(old, D[range], isWhole), with `old` counted from the start of the range.
    func subproof(_ old: Int, _ range: Range<Int>, _ isWhole: Bool) -> [NodeHash] {
        if old == range.count { return isWhole ? [] : [node(range)] }
        let middle = range.lowerBound + Self.split(range.count)
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        return old <= left.count
            ? subproof(old, left, isWhole) + [node(right)]
            : subproof(old - left.count, right, false) + [node(left)]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}
