// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import SignedNotes
import Testing

struct TlogProofTests {
    private let signer: NoteSigner
    private let leaves: [LeafHash]
    private let policy: TrustPolicy

    init() throws {
        signer = try TestKeys.signer("log.example", 1)
        leaves = (0..<11).map { LeafHash(of: Array("leaf \($0)".utf8)) }
        policy = try #require(TrustPolicy(logKeys: [signer.verifierKey]))
    }

    /// Rows of the small tree, cut from the leaves each time they are asked for.
    private struct Leaves: HashReader {
        let leaves: [LeafHash]

        func hashes(of subtrees: [PerfectSubtree]) -> [NodeHash] {
            subtrees.map { subtree in
                let count = Int(subtree.height.leafCount)
                let first = Int(subtree.position) * count
                return NodeHash(joining: leaves[first..<first + count].map { NodeHash($0) })
            }
        }
    }

    private func proof(_ index: Int, size: Int? = nil, extra: [UInt8]? = nil) throws -> TlogProof {
        let size = size ?? leaves.count
        var frontier = Frontier()
        for leaf in leaves[..<size] { frontier.append(leaf) }
        var reader = Leaves(leaves: leaves)
        let checkpoint = Checkpoint(
            origin: LogOrigin(signer.name), size: frontier.size, root: frontier.root())
        return TlogProof(
            extra: extra,
            inclusion: InclusionProof(
                index: LeafIndex(UInt64(index)), size: frontier.size, reading: &reader),
            checkpoint: try UnverifiedCheckpoint(checkpoint.signed(by: [signer]).encode()))
    }

    @Test func `every leaf is proven by its file alone`() throws {
        for index in leaves.indices {
            let made = try proof(index, extra: index == 3 ? [1, 2, 3] : nil)
            let read = try TlogProof(made.encode())
            #expect(read == made)
            #expect(read.encode() == made.encode())
            guard case .proven(let checkpoint) = read.verify(leaves[index], with: policy) else {
                Issue.record("leaf \(index) is not proven")
                continue
            }
            #expect(checkpoint.size == TreeSize(11))
            #expect(
                read.verify(leaves[(index + 1) % 11], with: policy)
                    == .notIncluded(.rootMismatch))
        }
        let only = try TlogProof(try proof(0, size: 1).encode())
        #expect(only.path.isEmpty)
        guard case .proven = only.verify(leaves[0], with: policy) else {
            Issue.record("the only leaf is not proven")
            return
        }
    }

    @Test func `a checkpoint that is not trusted proves nothing`() throws {
        let stranger = try #require(
            TrustPolicy(logKeys: [try TestKeys.signer("log.example", 9).verifierKey]))
        #expect(
            try proof(0).verify(leaves[0], with: stranger)
                == .checkpointRefused(.notSignedByLog))
    }

    @Test func `no changed byte leaves a proof that holds for another leaf or place`() throws {
        let good = try proof(5)
        let file = good.encode()
        for position in file.indices {
            var changed = file
            changed[position] ^= 1
            let read: TlogProof
            do throws(TlogProofFault) { read = try TlogProof(changed) } catch { continue }
            if case .proven = read.verify(leaves[5], with: policy) {
                Issue.record("byte \(position) does not matter")
            }
        }
    }

    @Test func `other texts are refused by kind`() throws {
        let good = String(decoding: try proof(5, extra: [7]).encode(), as: UTF8.self)
        let lines = good.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == "extra Bw==")
        #expect(lines[2] == "index 5")
        func changed(_ line: Int, _ text: String) -> String {
            var lines = lines.map { String($0) }
            lines[line] = text
            return lines.joined(separator: "\n")
        }
        let hash = String(lines[3])
        for (text, expected) in [
            ("", .notATlogProof), (changed(0, "c2sp.org/tlog-proof@v2"), .notATlogProof),
            (changed(0, "c2sp.org/tlog-proof@v1 "), .notATlogProof),
            (changed(1, "extra Bw"), .badExtra), (changed(1, "extra  Bw=="), .badExtra),
            (changed(1, "Extra Bw=="), .badIndex), (changed(2, "index 05"), .badIndex),
            (changed(2, "index"), .badIndex), (changed(2, "index +5"), .badIndex),
            (changed(2, "extra Bw=="), .badIndex), (changed(3, hash + " "), .badHash),
            (changed(3, String(hash.dropLast())), .badHash),
            (changed(3, [String](repeating: hash, count: 65).joined(separator: "\n")), .badHash),
        ] as [(String, TlogProofFault)] {
            #expect(throws: expected, "\(text)") { try TlogProof(Array(text.utf8)) }
        }
        let cut = Array(good.utf8.prefix(good.utf8.count - 1))
        #expect(throws: TlogProofFault.self) { try TlogProof(cut) }
    }
}
