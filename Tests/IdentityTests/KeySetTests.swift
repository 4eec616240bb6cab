// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import CryptoExtras
import Foundation
import Identity
import TestSupport
import Testing

/// attacks.md, JWT: which key sets are rejected as a whole, and which entries are left out.
@Suite struct KeySetTests {
    private static let ec = Provider.jwk(Provider.es.publicKey, kid: "es")
    private static let ed = Provider.jwk(Provider.ed.publicKey, kid: "ed")

    private func fault(_ keys: Members...) -> KeySetFault? { fault(Provider.keySetText(keys)) }

    private func fault(_ text: [UInt8]) -> KeySetFault? {
        do throws(KeySetFault) {
            _ = try KeySet(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    private func notes(_ keys: Members...) throws -> [KeySet.Note] {
        try KeySet(parsing: Provider.keySetText(keys)).notes
    }

    @Test func `A set of three kinds of keys is read`() throws {
        let set = try Provider.keySet()
        #expect(set.count == 3)
        #expect(set.ids == ["ed", "es", "rsa"])
        #expect(set.notes.isEmpty)
    }

    @Test func `A shared secret rejects the set`() {
        let secret = Members(["kty": #""oct""#, "k": #""AAAA""#, "kid": #""s""#])
        #expect(fault(Self.ec, secret) == .entry(index: 1, .secretKey))
        #expect(fault(secret.with("use", #""enc""#)) == .entry(index: 0, .secretKey))
        #expect(fault(Self.ec.with("k", #""AAAA""#)) == .entry(index: 0, .secretKey))
        #expect(fault(secret.with("k", nil)) == .entry(index: 0, .secretKey))
    }

    @Test(arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"])
    func `A private key rejects the set`(member: String) throws {
        let rsa = try Provider.jwk(Provider.rsa.publicKey, kid: "rsa")
        for key in [Self.ec, Self.ed, rsa, rsa.with("use", #""enc""#)] {
            #expect(fault(key.with(member, #""AAAA""#)) == .entry(index: 0, .privateKey))
        }
    }

    @Test func `An id may stand for keys of several algorithms and uses`() throws {
        let (ec, ed) = (Self.ec.with("kid", #""a""#), Self.ed.with("kid", #""a""#))
        let rsa = try Provider.jwk(Provider.rsa.publicKey, kid: "a")
        let set = try KeySet(
            parsing: Provider.keySetText([
                ec, ed, rsa, rsa.with("use", #""enc""#).with("alg", #""RSA-OAEP""#),
                rsa.with("alg", #""RS512""#),
            ]))
        #expect(set.count == 3)
        #expect(set.ids == ["a"])
        #expect(
            set.notes == [
                .init(index: 3, cause: .otherUse), .init(index: 4, cause: .otherAlgorithm),
            ])
        let token = try Provider.token(header: #"{"alg":"ES256","kid":"a"}"#)
        #expect(try Provider.verdict(token) { $0.keys = set }.identity != nil)
    }

    @Test func `A key that stands twice counts once`() throws {
        #expect(try notes(Self.ec, Self.ec) == [.init(index: 1, cause: .repeated)])
        #expect(
            try notes(Self.ec, Self.ec.with("alg", #""ES256""#))
                == [.init(index: 1, cause: .repeated)])
        let set = try KeySet(parsing: Provider.keySetText([Self.ec, Self.ed, Self.ec]))
        #expect(set.count == 2)
        #expect(fault(Self.ec.with("kid", nil), Self.ed.with("kid", nil)) == nil)
    }

    @Test func `Of two keys that no token can tell apart, neither is used`() throws {
        let other = Provider.jwk(Provider.otherES.publicKey, kid: "es")
        #expect(
            try notes(Self.ec, Self.ed, other) == [
                .init(index: 0, cause: .ambiguous), .init(index: 2, cause: .ambiguous),
            ])
        #expect(
            fault(Self.ec, other)
                == .noUsableKey([
                    .init(index: 0, cause: .ambiguous), .init(index: 1, cause: .ambiguous),
                ]))
    }

    @Test func `Text that is no key set is rejected`() {
        #expect(fault(Array("{}".utf8)) == .noKeys)
        #expect(fault(Array("[]".utf8)) == .noKeys)
        #expect(fault(Array(#"{"keys":{}}"#.utf8)) == .noKeys)
        #expect(fault(Array(#"{"keys":[]}"#.utf8)) == .noUsableKey([]))
        #expect(
            fault(Array(#"{"keys":[1]}"#.utf8))
                == .noUsableKey([.init(index: 0, cause: .notAnObject)]))
        #expect(fault(Array(Self.ec.json.utf8)) == .noKeys)
    }

    @Test func `Text that is not strict JSON is rejected at its place`() {
        func json(_ text: String) -> JSONFault? {
            if case .json(let fault) = fault(Array(text.utf8)) { fault } else { nil }
        }
        #expect(json("")?.kind == .unexpectedEnd)
        #expect(json(#"{"keys":[]} x"#)?.kind == .trailingBytes)
        let twice = json(#"{"keys":[],"keys":[]}"#)
        #expect(twice?.kind == .duplicateMember)
        #expect(twice?.offset == 11)
        let key = json("{\"keys\":[{\"kty\":\"EC\",\(Self.ec.json.dropFirst())]}")
        #expect(key?.kind == .duplicateMember)
    }

    @Test func `Size and count are bounded`() throws {
        let others = (0..<63).map {
            Members(["kty": #""new""#, "kid": "\"k\($0)\""])
        }
        #expect(try KeySet(parsing: Provider.keySetText(others + [Self.ec])).notes.count == 63)
        let more = others + [Self.ec, Members(["kty": #""new""#])]
        #expect(fault(Provider.keySetText(more)) == .tooManyKeys)
        let text = Provider.keySetText([Self.ec])
        let padding = KeySet.longest - text.count
        #expect(fault(text + [UInt8](repeating: 0x20, count: padding)) == nil)
        #expect(fault(text + [UInt8](repeating: 0x20, count: padding + 1)) == .tooLarge)
        #expect(fault([UInt8](repeating: 0x5B, count: 10 << 20)) == .tooLarge)
    }

    @Test func `Keys for other purposes are left out with a note`() throws {
        let es = Self.ec.with("kid", nil)
        #expect(
            try notes(Self.ec, es.with("use", #""enc""#)) == [.init(index: 1, cause: .otherUse)])
        #expect(
            try notes(Self.ec, es.with("key_ops", #"["sign"]"#))
                == [.init(index: 1, cause: .otherUse)])
        #expect(
            try notes(Self.ec, es.with("alg", #""ECDH-ES""#))
                == [.init(index: 1, cause: .otherAlgorithm)])
        #expect(
            try notes(Self.ec, Members(["kty": #""AKP""#])) == [
                .init(index: 1, cause: .unknownType)
            ])
        #expect(
            try notes(Self.ec, es.with("crv", #""secp256k1""#))
                == [.init(index: 1, cause: .unknownCurve)])
        #expect(
            try notes(Self.ec, Self.ed.with("crv", #""X25519""#))
                == [.init(index: 1, cause: .unknownCurve)])
        let usable = es.with("use", #""sig""#).with("key_ops", #"["verify"]"#).with(
            "alg", #""ES256""#)
        #expect(try notes(usable).isEmpty)
    }

    @Test func `A key on P-384 is never one for ES256`() throws {
        let point = [UInt8](P384.Signing.PrivateKey().publicKey.x963Representation)
        let key = Members([
            "kty": #""EC""#, "crv": #""P-384""#, "kid": #""p384""#,
            "x": "\"\(Base64URL.encode(point[1...48]))\"",
            "y": "\"\(Base64URL.encode(point[49...96]))\"",
        ])
        #expect(fault(key) == .noUsableKey([.init(index: 0, cause: .unknownCurve)]))
        #expect(
            fault(key.with("crv", #""P-256""#))
                == .noUsableKey([.init(index: 0, cause: .malformed)]))
    }

    @Test func `A weak RSA key is left out`() throws {
        let weak = try _RSA.Signing.PrivateKey(
            unsafeKeySize: _RSA.Signing.KeySize(bitCount: 1024))
        let key = try Provider.jwk(weak.publicKey, kid: "weak")
        #expect(try notes(Self.ec, key) == [.init(index: 1, cause: .weakModulus)])
    }

    @Test(arguments: [
        ("kty", nil, KeySet.Note.Cause.malformed), ("kty", "1", .malformed),
        ("kid", "1", .malformed), ("kid", #""""#, .malformed), ("use", "1", .malformed),
        ("key_ops", #""verify""#, .malformed), ("alg", "null", .malformed),
        ("alg", #""RS256""#, .malformed), ("x", nil, .malformed), ("x", #""""#, .malformed),
        ("x", #""AAAA""#, .malformed), ("y", nil, .malformed),
        ("x", #""f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=""#, .malformed),
        ("x", #""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#, .notAKey),
    ])
    func `A malformed entry is left out, and the others are used`(
        name: String, json: String?, cause: KeySet.Note.Cause
    ) throws {
        #expect(try notes(Self.ed, Self.ec.with(name, json)) == [.init(index: 1, cause: cause)])
        #expect(fault(Self.ec.with(name, json)) == .noUsableKey([.init(index: 0, cause: cause)]))
    }

    @Test func `Malformed RSA numbers leave the entry out`() throws {
        let key = try Provider.jwk(Provider.rsa.publicKey, kid: "rsa")
        let numbers = try Provider.rsa.publicKey.getKeyPrimitives()
        let padded = Base64URL.encode(numbers.modulus) + "=="
        let zeroLed = Base64URL.encode([0] + [UInt8](numbers.modulus))
        for (name, json) in [
            ("n", nil), ("e", nil), ("n", #""""#), ("e", #""AAEAAQ""#), ("e", "65537"),
            ("n", "\"\(padded)\""), ("n", "\"\(zeroLed)\""),
        ] {
            #expect(
                try notes(Self.ec, key.with(name, json)) == [.init(index: 1, cause: .malformed)])
        }
        // 1, and an even number.
        for exponent in ["AQ", "AQAA"] {
            #expect(
                try notes(Self.ec, key.with("e", "\"\(exponent)\""))
                    == [.init(index: 1, cause: .notAKey)])
        }
        // A modulus that anybody can factor.
        var even = [UInt8](numbers.modulus)
        even[even.count - 1] &= 0xFE
        #expect(
            try notes(Self.ec, key.with("n", "\"\(Base64URL.encode(even))\""))
                == [.init(index: 1, cause: .weakModulus)])
    }

    @Test func `A point under which anybody can sign is no key`() throws {
        for point in Ed25519Points.small {
            let key = Self.ed.with("x", "\"\(Base64URL.encode(point))\"")
            #expect(try notes(Self.ec, key) == [.init(index: 1, cause: .weakPoint)])
        }
        for point in Ed25519Points.notCanonical + Ed25519Points.notOnCurve {
            let key = Self.ed.with("x", "\"\(Base64URL.encode(point))\"")
            #expect(try notes(Self.ec, key) == [.init(index: 1, cause: .notAKey)])
        }
    }

    @Test func `Every fault says what to do`() {
        let faults: [KeySetFault] = [
            .tooLarge, .noKeys, .tooManyKeys, .noUsableKey([]),
            .noUsableKey([.init(index: 0, cause: .otherUse)]), .entry(index: 3, .secretKey),
            .entry(index: 3, .privateKey),
        ]
        for fault in faults { #expect(fault.message.contains("; ")) }
    }
}
