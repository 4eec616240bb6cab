// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

struct Base64Tests {
    /// RFC 4648 §10.
    static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test(arguments: vectors)
    func `the vectors of RFC 4648 hold in both directions`(plain: String, coded: String) {
        #expect(Base64.encode(plain.utf8) == coded)
        #expect(Base64.decode(coded) == Array(plain.utf8))
        let bare = coded.filter { $0 != "=" }
        #expect(Base64URL.encode(plain.utf8) == bare)
        #expect(Base64URL.decode(bare) == Array(plain.utf8))
    }

    @Test func `all lengths and all byte values survive the way there and back`() {
        for length in 0...300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test func `the alphabets differ in two symbols only`() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.decode("-_8=") == nil)
        #expect(Base64URL.decode("+/8") == nil)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zm8", "Zm9vYg", "=", "==", "===", "====", "Z===", "Z", "Zm9v=",
        "Zm9v====", "Zm=v", "=Zm9", "Zg==Zg==", "Zm9v\n", "Zm 9v", " Zm9v", "Zm9v ", "Zh==", "Zm9=",
        "Zm9vYh==", "Zm9\u{0}", "Zmé=", "Zg=\u{301}=",
    ])
    func `one value has one padded text`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zg\n", "Zm9v="])
    func `one value has one unpadded text`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
