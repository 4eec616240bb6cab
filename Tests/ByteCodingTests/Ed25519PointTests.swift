// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import TestSupport
import Testing

/// RFC 8032 §5.1.3, and what signature libraries leave to their callers.
@Suite struct Ed25519PointTests {
    /// Public keys of RFC 8032 §7.1, the base point, and one with y = 3.
    @Test(arguments: [
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "5866666666666666666666666666666666666666666666666666666666666666",
        "0300000000000000000000000000000000000000000000000000000000000000",
    ])
    func `A public key is a point of large order`(hex: String) throws {
        #expect(Ed25519Point.judge(try #require(Hex.decode(hex))) == .good)
    }

    @Test(arguments: Ed25519Points.small)
    func `The eight points of small order are known`(bytes: [UInt8]) {
        #expect(Ed25519Point.judge(bytes) == .smallOrder)
    }

    @Test(arguments: Ed25519Points.notCanonical)
    func `A coordinate has one form`(bytes: [UInt8]) {
        #expect(Ed25519Point.judge(bytes) == .notCanonical)
    }

    @Test(arguments: Ed25519Points.notOnCurve)
    func `Not every coordinate has a point`(bytes: [UInt8]) {
        #expect(Ed25519Point.judge(bytes) == .notOnCurve)
    }

    @Test func `Half of all coordinates have a point`() {
        let good = (0..<256).count { byte in
            Ed25519Point.judge([UInt8(byte)] + [UInt8](repeating: 9, count: 31)) == .good
        }
        #expect((80...176).contains(good))
    }

    @Test func `Other lengths are no key`() {
        #expect(Ed25519Point.judge([]) == .notOnCurve)
        #expect(Ed25519Point.judge([UInt8](repeating: 1, count: 31)) == .notOnCurve)
        #expect(Ed25519Point.judge([UInt8](repeating: 1, count: 33)) == .notOnCurve)
    }
}
