// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import Testing

struct HashingTests {
    let constants: JSONValue

    init() throws { constants = try TreeVectors.json("rfc6962-constants.json") }

    private func hash(_ value: JSONValue?) throws -> Hash256 {
        try #require(value?.string.flatMap { Hex.decode($0) }.flatMap { Hash256($0) })
    }

    @Test func `constants of RFC 6962 come out`() throws {
        #expect(RootHash.empty.hash == (try hash(constants["empty_root"])))
        #expect(LeafHash(of: [] as [UInt8]).hash == (try hash(constants["leaf_of_empty"])))
        #expect(
            LeafHash(of: Array("L123456".utf8)).hash == (try hash(constants["leaf_L123456"])))
        // The node vector joins the texts N123 and N456 as they are, not two hashes.
        #expect(constants["node_N123_N456"] != nil)
    }

    @Test func `the reference tree of eight leaves comes out, level by level and size by size`()
        throws
    {
        let inputs = try #require(constants["leaf_inputs_hex"]?.array).map {
            try #require($0.string.flatMap { Hex.decode($0) })
        }
        let leaves = inputs.map { LeafHash(of: $0) }
        var row = leaves.map { NodeHash($0) }
        for level in try #require(constants["node_hashes_by_level"]?.array) {
            let expected = try #require(level.array).map { try hash($0) }
            #expect(row.map(\.hash) == expected)
            row = stride(from: 0, to: row.count - 1, by: 2).map {
                NodeHash(left: row[$0], right: row[$0 + 1])
            }
        }
        var frontier = Frontier()
        for (leaf, root) in zip(leaves, try #require(constants["root_hashes_by_size"]?.array)) {
            frontier.append(leaf)
            #expect(frontier.root().hash == (try hash(root)))
        }
    }

    @Test(arguments: [0, 1, 54, 55, 56, 63, 64, 65, 255, 256, 257, 65_534, 65_535])
    func `a leaf hashes the same as span, array and slice`(length: Int) {
        let leaf = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let around = [9, 9] + leaf + [9]
        #expect(LeafHash(of: leaf) == LeafHash(of: around[2..<2 + length]))
        #expect(LeafHash(of: leaf) == LeafHash(of: around.span.extracting(2..<2 + length)))
    }

    @Test func `hashes are read from 32 bytes and 44 characters only`() {
        let hash = RootHash.empty.hash
        #expect(Hash256(hash.bytes) == hash)
        #expect(Hash256(hash.bytes.dropLast()) == nil)
        #expect(Hash256(hash.bytes + [0]) == nil)
        #expect(hash.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(Hash256(base64: hash.base64) == hash)
        for text in ["", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "AAAA"] {
            #expect(Hash256(base64: text) == nil)
        }
        #expect(Hash256(base64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=") == nil)
        // Where it lies, without a string: every byte at every place, beside the reader of strings.
        for place in 0..<44 {
            for byte in UInt8(0)...127 {
                var text = Array(hash.base64.utf8)
                text[place] = byte
                #expect(
                    Hash256(base64: text.span)
                        == Hash256(base64: String(decoding: text, as: UTF8.self)))
            }
        }
        #expect(Hash256(base64: Array("\(hash.base64)A".utf8).span) == nil)
        #expect(Hash256(base64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA") == nil)
    }
}
