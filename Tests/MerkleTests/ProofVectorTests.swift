// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import Testing

/// The cases of transparency-dev/merkle; most of them must fail.
struct ProofVectorTests {
    /// Numbers beyond 2^53 come as text.
    private func number(_ value: JSONValue?) throws -> UInt64 {
        switch value {
        case .integer(let number): UInt64(bitPattern: number)
        case .number(let text): try #require(UInt64(text))
        default: throw Missing()
        }
    }

    /// Nil for a text that is no hash: such a case cannot be put into our types at all.
    private func hash(_ value: JSONValue?) throws -> Hash256? {
        Hash256(try bytes(value))
    }

    private func bytes(_ value: JSONValue?) throws -> [UInt8] {
        let text = try #require(value?.string)
        return try #require(Base64.decode(text))
    }

    private func path(_ value: JSONValue?) throws -> [NodeHash]? {
        var path: [NodeHash] = []
        for item in value?.array ?? [] {
            guard let hash = try hash(item) else { return nil }
            path.append(NodeHash(hash))
        }
        return path
    }

    private struct Missing: Error {}

    @Test func `inclusion proofs hold or fail as they must`() throws {
        let cases = try TreeVectors.lines("inclusion.jsonl")
        #expect(cases.count == 98)
        var failed = 0
        for item in cases {
            let name = try #require(item["name"]?.string)
            let mustFail = try #require(item["wantErr"]?.bool as Bool?)
            failed += mustFail ? 1 : 0
            guard let root = try hash(item["root"]), let leaf = try hash(item["leafHash"]),
                let path = try path(item["proof"])
            else {
                #expect(mustFail, "\(name): no hash where a good proof has one")
                continue
            }
            let proof = InclusionProof(
                index: LeafIndex(try number(item["leafIdx"])),
                size: TreeSize(try number(item["treeSize"])), path: path)
            let holds = proof.check(LeafHash(leaf), in: RootHash(root)) == .holds
            #expect(holds == !mustFail, "\(name)")
        }
        #expect(failed == 92)
    }

    @Test func `consistency proofs hold or fail as they must`() throws {
        let cases = try TreeVectors.lines("consistency.jsonl")
        #expect(cases.count == 98)
        var failed = 0
        for item in cases {
            let name = try #require(item["name"]?.string)
            let mustFail = try #require(item["wantErr"]?.bool as Bool?)
            failed += mustFail ? 1 : 0
            // Some cases have arbitrary texts for roots; hashing them keeps what is equal equal.
            func root(_ value: JSONValue?) throws -> RootHash {
                if let hash = try hash(value) { return RootHash(hash) }
                return RootHash(LeafHash(of: try bytes(value)).hash)
            }
            guard let path = try path(item["proof"]) else {
                #expect(mustFail, "\(name): no hash where a good proof has one")
                continue
            }
            let proof = ConsistencyProof(
                old: TreeSize(try number(item["size1"])),
                new: TreeSize(try number(item["size2"])), path: path)
            let verdict = proof.check(old: try root(item["root1"]), new: try root(item["root2"]))
            #expect((verdict == .holds) == !mustFail, "\(name)")
        }
        #expect(failed == 92)
    }
}
