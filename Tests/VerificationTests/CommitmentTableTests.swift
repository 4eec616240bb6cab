// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Testing

@testable import Verification

@Suite struct `The table of commitments` {
    @Test(arguments: [0, 1, 3, 100, 2000]) func `is a dictionary`(capacity: Int) {
        var table = CommitmentTable<Int>(capacity: capacity)
        var dictionary: [Hash256: Int] = [:]
        let keys = (0..<700).map { LeafHash(of: Array("\($0)".utf8)).hash }
        #expect(table.find(keys[0], near: 0)?.value == nil)
        for step in 0..<1400 {
            // Some are set again, and the last value holds.
            let key = keys[step * step % 600]
            table.set(key, step)
            dictionary[key] = step
        }
        for (hint, key) in keys.enumerated() {
            #expect(table.find(key, near: hint)?.value == dictionary[key])
        }
    }

    @Test func `tells keys apart that share most of their bytes`() {
        var table = CommitmentTable<Int>()
        let keys = (0..<32).compactMap { place in
            Hash256((0..<32).map { $0 == place ? 1 : 0 } as [UInt8])
        }
        for (value, key) in keys.enumerated() { table.set(key, value) }
        for (place, key) in keys.enumerated() {
            for hint in 0...33 {
                let found = table.find(key, near: hint)
                #expect(found?.value == place && found?.position == place)
            }
        }
        #expect(table.find(.zero, near: 0)?.value == nil)
    }
}
