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

    @Test func `A duplicate key id rejects the set, even that of an entry not used`() {
        #expect(fault(Self.ec, Self.ed.with("kid", #""es""#)) == .entry(index: 1, .duplicateID))
        let unused = Self.ed.with("kid", #""es""#).with("use", #""enc""#)
        #expect(fault(Self.ec, unused) == .entry(index: 1, .duplicateID))
        #expect(fault(Self.ec.with("kid", nil), Self.ed.with("kid", nil)) == nil)
    }

    @Test func `Text that is no key set is rejected`() {
        #expect(fault(Array("{}".utf8)) == .noKeys)
        #expect(fault(Array("[]".utf8)) == .noKeys)
        #expect(fault(Array(#"{"keys":{}}"#.utf8)) == .noKeys)
        #expect(fault(Array(#"{"keys":[]}"#.utf8)) == .noUsableKey)
        #expect(fault(Array(#"{"keys":[1]}"#.utf8)) == .entry(index: 0, .notAnObject))
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
        #expect(fault(key) == .noUsableKey)
        #expect(fault(key.with("crv", #""P-256""#)) == .entry(index: 0, .member("x")))
    }

    @Test func `A weak RSA key is left out`() throws {
        let weak = try _RSA.Signing.PrivateKey(
            unsafeKeySize: _RSA.Signing.KeySize(bitCount: 1024))
        let key = try Provider.jwk(weak.publicKey, kid: "weak")
        #expect(try notes(Self.ec, key) == [.init(index: 1, cause: .weakModulus)])
    }

    @Test(arguments: [
        ("kty", nil, KeySetFault.Entry.member("kty")), ("kty", "1", .member("kty")),
        ("kid", "1", .member("kid")), ("kid", #""""#, .member("kid")), ("use", "1", .member("use")),
        ("key_ops", #""verify""#, .member("key_ops")), ("alg", "null", .member("alg")),
        ("alg", #""RS256""#, .member("alg")), ("x", nil, .member("x")), ("x", #""""#, .member("x")),
        ("x", #""AAAA""#, .member("x")), ("y", nil, .member("y")),
        ("x", #""f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=""#, .member("x")),
        ("x", #""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#, .notAKey),
    ])
    func `A malformed key rejects the set`(name: String, json: String?, expected: KeySetFault.Entry)
    {
        #expect(fault(Self.ed, Self.ec.with(name, json)) == .entry(index: 1, expected))
    }

    @Test func `Malformed RSA numbers reject the set`() throws {
        let key = try Provider.jwk(Provider.rsa.publicKey, kid: "rsa")
        for (name, json) in [
            ("n", nil), ("e", nil), ("n", #""""#), ("e", #""AAEAAQ""#), ("e", "65537"),
        ] {
            #expect(fault(key.with(name, json)) == .entry(index: 0, .member(name)))
        }
        // 1, and an even number.
        for exponent in ["AQ", "AQAA"] {
            #expect(fault(key.with("e", "\"\(exponent)\"")) == .entry(index: 0, .notAKey))
        }
    }

    @Test func `Every fault says what to do`() {
        let faults: [KeySetFault] = [
            .tooLarge, .noKeys, .tooManyKeys, .noUsableKey,
            .entry(index: 3, .secretKey),
            .entry(index: 3, .privateKey), .entry(index: 3, .duplicateID),
            .entry(index: 3, .notAKey), .entry(index: 3, .member("x")),
            .entry(index: 3, .notAnObject),
        ]
        for fault in faults { #expect(fault.message.contains("; ")) }
    }
}
