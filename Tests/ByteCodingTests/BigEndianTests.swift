// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct BigEndianTests {
    @Test func `integers are written most significant byte first`() {
        var bytes: [UInt8] = []
        BigEndian.append(UInt16(0x0102), to: &bytes)
        BigEndian.append(UInt32(0x0304_0506), to: &bytes)
        BigEndian.append(UInt64(0x0708_090A_0B0C_0D0E), to: &bytes)
        BigEndian.append(Int64(-2), to: &bytes)
        #expect(bytes == Array(1...14) + Array(repeating: 0xFF, count: 7) + [0xFE])
        #expect(BigEndian.read(UInt16.self, from: bytes, at: 0) == 0x0102)
        #expect(BigEndian.read(UInt32.self, from: bytes, at: 2) == 0x0304_0506)
        #expect(BigEndian.read(UInt64.self, from: bytes, at: 6) == 0x0708_090A_0B0C_0D0E)
        #expect(BigEndian.read(UInt8.self, from: bytes, at: 21) == 0xFE)
    }

    @Test func `reading past either end gives nothing`() {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(BigEndian.read(UInt32.self, from: bytes, at: 1) == nil)
        #expect(BigEndian.read(UInt64.self, from: bytes, at: 0) == nil)
        #expect(BigEndian.read(UInt8.self, from: bytes, at: 4) == nil)
        #expect(BigEndian.read(UInt8.self, from: bytes, at: -1) == nil)
        #expect(BigEndian.read(UInt16.self, from: bytes, at: Int.max) == nil)
        #expect(BigEndian.read(UInt16.self, from: bytes[1...2], at: 0) == 0x0203)
    }
}
