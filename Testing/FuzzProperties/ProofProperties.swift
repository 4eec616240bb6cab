// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
internal import SignedNotes

/// A proof holds only for what is in the tree, in its place, with the one path that leads there.
///
/// The first byte selects what is read: a proof file, an inclusion proof or a consistency proof. The following
/// bytes assemble the latter two from hashes of the tree, the only material that a forged proof could be made
/// of.
enum ProofProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var steering = Steering(input)
        switch steering.choice(of: 3) {
        case 0: return try file(Array(steering.rest))
        case 1: return try inclusion(&steering)
        default: return try consistency(&steering)
        }
    }

    private static func file(_ bytes: [UInt8]) throws(BrokenProperty) -> Bool {
        let proof: TlogProof
        do {
            proof = try TlogProof(bytes)
        } catch {
            return false
        }
        try require(proof.encode() == bytes, "a proof file is written as it was read")
        let log = FuzzLog.shared
        for (index, leaf) in log.leaves.enumerated() {
            guard case .proven = proof.verify(leaf, with: log.policy) else { continue }
            try require(
                proof.index.value == UInt64(index)
                    && proof.path == FuzzTree(log.leaves).path(index, 0..<log.leaves.count),
                "a proof file proves one leaf at its place")
        }
        return true
    }

    /// Any node of any tree over the leaves.
    private static func node(_ steering: inout Steering, _ log: FuzzLog) -> NodeHash {
        let first = steering.choice(of: UInt8(log.leaves.count))
        let count = steering.choice(of: UInt8(log.leaves.count - first)) + 1
        return FuzzTree(log.leaves).node(first..<first + count)
    }

    private static func nodes(_ steering: inout Steering, _ log: FuzzLog) -> [NodeHash] {
        var nodes: [NodeHash] = []
        while !steering.rest.isEmpty, nodes.count < 70 { nodes.append(node(&steering, log)) }
        return nodes
    }

    private static func inclusion(_ steering: inout Steering) throws(BrokenProperty) -> Bool {
        let log = FuzzLog.shared
        let tree = FuzzTree(log.leaves)
        let size = steering.choice(of: UInt8(log.leaves.count + 2))
        let index = steering.choice(of: UInt8(log.leaves.count + 2))
        let claimed = steering.choice(of: UInt8(log.leaves.count))
        let rootSize = steering.choice(of: UInt8(log.leaves.count + 1))
        let path = nodes(&steering, log)
        let proof = InclusionProof(
            index: LeafIndex(UInt64(index)), size: TreeSize(UInt64(size)), path: path)
        let holds = proof.check(log.leaves[claimed], in: tree.root(rootSize)) == .holds
        let isTrue =
            index < size && size == rootSize && index == claimed
            && path == tree.path(index, 0..<size)
        // A path may lead to the same root from a place with a similar way up, but never for another
        // leaf, nor with other hashes.
        try require(!isTrue || holds, "a true inclusion proof holds")
        guard holds else { return false }
        try require(
            path == tree.path(claimed, 0..<rootSize) && claimed < rootSize,
            "an inclusion proof that holds is the leaf's own path")
        try require(index < size && path.count <= 64, "an inclusion proof stays in its tree")
        if size == rootSize { try require(index == claimed, "a leaf has one place") }
        return true
    }

    private static func consistency(_ steering: inout Steering) throws(BrokenProperty) -> Bool {
        let log = FuzzLog.shared
        let tree = FuzzTree(log.leaves)
        let (old, new) = (
            steering.choice(of: UInt8(log.leaves.count + 1)),
            steering.choice(of: UInt8(log.leaves.count + 1))
        )
        let oldRoot = steering.choice(of: UInt8(log.leaves.count + 1))
        let newRoot = steering.choice(of: UInt8(log.leaves.count + 1))
        let path = nodes(&steering, log)
        let proof = ConsistencyProof(
            old: TreeSize(UInt64(old)), new: TreeSize(UInt64(new)), path: path)
        let verdict = proof.check(old: tree.root(oldRoot), new: tree.root(newRoot))
        let isTrue =
            0 < old && old <= new && old == oldRoot && new == newRoot
            && path == tree.subproof(old, 0..<new, true)
        try require(!isTrue || verdict == .holds, "a true consistency proof holds")
        guard verdict == .holds else { return false }
        try require(old <= new && path.count <= 65, "a consistency proof stays in its tree")
        try require(
            oldRoot <= newRoot, "no tree is shown to be a beginning of a smaller one")
        return true
    }
}
