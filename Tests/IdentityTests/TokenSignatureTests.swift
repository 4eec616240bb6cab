// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import CryptoExtras
import Foundation
import Identity
import JWTKit
import TestSupport
import Testing

/// attacks.md, JWT: signatures of the wrong form, key or curve; and what other software signs.
@Suite struct TokenSignatureTests {
    private struct Payload: JWTPayload {
        var iss = Provider.issuer
        var sub = "alice"
        var aud = ["countersign"]
        var exp = Provider.nowSeconds + 300

        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    @Test func `Tokens of an independent issuer are accepted for each algorithm`() async throws {
        let keys = JWTKeyCollection()
        await keys.add(
            ecdsa: try ES256PrivateKey(pem: Provider.es.pemRepresentation), kid: "es")
        await keys.add(
            eddsa: EdDSA.PrivateKey(backing: Provider.ed), kid: "ed")
        await keys.add(
            rsa: try Insecure.RSA.PrivateKey(pem: Provider.rsa.pemRepresentation),
            digestAlgorithm: .sha256, kid: "rsa")
        for (kid, algorithm) in [("es", "ES256"), ("ed", "EdDSA"), ("rsa", "RS256")] {
            let token = try await keys.sign(Payload(), kid: JWKIdentifier(string: kid))
            let header = try TokenInspection(Array(token.utf8).span).header
            #expect(header["alg"]?.string == algorithm)
            #expect(try Provider.verdict(token).identity?.subject == "alice")
        }
    }

    @Test func `The example of RFC 7515 A.3 passes the signature and fails by its date`() throws {
        let key = Members([
            "kty": #""EC""#, "crv": #""P-256""#,
            "x": #""f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU""#,
            "y": #""x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#,
        ])
        let token =
            "eyJhbGciOiJFUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let keys = try KeySet(parsing: Provider.keySetText([key]))
        let verdict = try Provider.verdict(token) {
            $0.issuer = "joe"
            $0.keys = keys
        }
        #expect(verdict.reason == .tokenExpired)
        let tampered = try Provider.verdict(token.replacing(".DtEh", with: ".DtEi")) {
            $0.issuer = "joe"
            $0.keys = keys
        }
        #expect(tampered.reason == .tokenSignature)
    }

    @Test func `Zero and out-of-range values of r and s are refused`() throws {
        // CVE-2022-21449: r = s = 0 passed for every message and key.
        let order: [UInt8] =
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
            + [
                0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63,
                0x25, 0x51,
            ]
        let zero = [UInt8](repeating: 0, count: 32)
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let most = [UInt8](repeating: 0xFF, count: 32)
        for r in [zero, one, order, most] {
            for s in [zero, one, order, most] {
                let token = try Provider.token { _ in r + s }
                #expect(try Provider.verdict(token).reason == .tokenSignature)
            }
        }
    }

    @Test func `An ES256 signature in DER form is refused`() throws {
        let token = try Provider.token {
            [UInt8](try Provider.es.signature(for: $0).derRepresentation)
        }
        #expect(try Provider.verdict(token).reason == .tokenSignature)
    }

    @Test func `Signatures of other lengths are refused for each algorithm`() throws {
        let signers: [(String, String, ([UInt8]) throws -> [UInt8])] = [
            ("ES256", "es", Provider.signES), ("EdDSA", "ed", Provider.signED),
            ("RS256", "rsa", Provider.signRSA),
        ]
        for (algorithm, kid, sign) in signers {
            let header = Provider.header.with("alg", "\"\(algorithm)\"").with("kid", "\"\(kid)\"")
                .json
            #expect(
                try Provider.verdict(Provider.token(header: header, sign: sign)).identity != nil)
            let changes: [([UInt8]) -> [UInt8]] = [
                { _ in [] }, { Array($0.dropLast()) }, { Array($0.dropFirst()) }, { $0 + [0] },
                { [0] + $0 }, { $0 + $0 }, { $0.map { ~$0 } }, { $0.reversed() },
                { [UInt8](repeating: 0, count: $0.count) },
                { [UInt8](repeating: 0xFF, count: $0.count) },
            ]
            for change in changes {
                let token = try Provider.token(header: header) { change(try sign($0)) }
                #expect(try Provider.verdict(token).reason == .tokenSignature)
            }
        }
    }

    @Test func `A signature by another key of the same kind is refused`() throws {
        let token = try Provider.token {
            [UInt8](try Provider.otherES.signature(for: $0).rawRepresentation)
        }
        #expect(try Provider.verdict(token).reason == .tokenSignature)
    }

    @Test func `A signature by a P-384 key is refused`() throws {
        let key = P384.Signing.PrivateKey()
        let whole = try Provider.token { [UInt8](try key.signature(for: $0).rawRepresentation) }
        let cut = try Provider.token {
            [UInt8](try key.signature(for: $0).rawRepresentation.prefix(64))
        }
        #expect(try Provider.verdict(whole).reason == .tokenSignature)
        #expect(try Provider.verdict(cut).reason == .tokenSignature)
    }

    @Test func `RSA signatures with PSS padding or another hash are refused`() throws {
        let header = Provider.header.with("alg", #""RS256""#).with("kid", #""rsa""#).json
        let pss = try Provider.token(header: header) {
            [UInt8](
                try Provider.rsa.signature(for: SHA256.hash(data: $0), padding: .PSS)
                    .rawRepresentation)
        }
        let sha512 = try Provider.token(header: header) {
            [UInt8](
                try Provider.rsa.signature(
                    for: SHA512.hash(data: $0), padding: .insecurePKCS1v1_5
                ).rawRepresentation)
        }
        #expect(try Provider.verdict(pss).reason == .tokenSignature)
        #expect(try Provider.verdict(sha512).reason == .tokenSignature)
    }

    @Test func `Parts of two valid tokens do not make a third`() throws {
        let one = try Provider.token().split(separator: ".")
        let two = try Provider.token(Provider.claims.with("sub", #""root""#)).split(separator: ".")
        let mixed = [one[0], two[1], one[2]].joined(separator: ".")
        #expect(try Provider.verdict(mixed).reason == .tokenSignature)
    }
}
