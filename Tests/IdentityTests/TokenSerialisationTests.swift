// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Crypto
import Foundation
import Identity
import TestSupport
import Testing

/// attacks.md, JWT: base64 variants, JSON serialisation, JWE, duplicate members, depth, size.
@Suite struct TokenSerialisationTests {
    @Test func `A correctly signed token is accepted`() throws {
        #expect(try Provider.verdict(Provider.token()).identity?.subject == "alice")
    }

    @Test func `Every change of one character is refused`() throws {
        let token = Array(try Provider.token().utf8)
        let trusted = try Provider.trusted()
        let verifier = try TokenVerifier([trusted], digestKey: Provider.digestKey)
        for at in token.indices {
            for other in [UInt8(ascii: "A"), UInt8(ascii: "_")] where token[at] != other {
                var changed = token
                changed[at] = other
                let verdict = verifier.verify(
                    changed.span, certificateThumbprint: nil, now: Provider.now)
                #expect(verdict.identity == nil, "accepted with byte \(at) changed")
            }
        }
    }

    @Test func `Every truncation and every extension by one byte is refused`() throws {
        let token = Array(try Provider.token().utf8)
        let verifier = try TokenVerifier([Provider.trusted()], digestKey: Provider.digestKey)
        for length in 0..<token.count {
            let cut = Array(token[..<length])
            #expect(
                verifier.verify(cut.span, certificateThumbprint: nil, now: Provider.now).identity
                    == nil)
        }
        for byte in UInt8.min ... .max {
            let longer = token + [byte]
            #expect(
                verifier.verify(longer.span, certificateThumbprint: nil, now: Provider.now)
                    .identity == nil)
        }
    }

    @Test func `Padding, white space and the other base 64 alphabet are refused`() throws {
        let parts = try Provider.token().split(separator: ".").map(String.init)
        for part in 0..<3 {
            for change in ["=", "==", " ", "\n", "\t", "\r\n", "+", "/", "%3D", "\0", "é"] {
                for text in [parts[part] + change, change + parts[part]] {
                    var changed = parts
                    changed[part] = text
                    let verdict = try Provider.verdict(changed.joined(separator: "."))
                    #expect(verdict.reason == .tokenMalformed)
                }
            }
        }
    }

    @Test func `Trailing bits that are not zero are refused`() throws {
        // 64 bytes end in a symbol of which only the upper two bits count.
        var token = Array(try Provider.token().utf8)
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let last = try #require(token.last.flatMap { alphabet.firstIndex(of: $0) })
        for bits in 1...15 {
            token[token.count - 1] = alphabet[last | bits]
            let text = String(decoding: token, as: UTF8.self)
            #expect(try Provider.verdict(text).reason == .tokenMalformed)
        }
    }

    @Test func `Other numbers of parts are refused, five being an encrypted token`() throws {
        let token = try Provider.token()
        for text in [
            "", ".", "..", "...", "....", "a", "a.b", token + ".", "." + token, token + ".x.y",
            token.replacing(".", with: ".."),
        ] {
            #expect(try Provider.verdict(text).reason == .tokenMalformed, "\(text)")
        }
    }

    @Test func `The JSON serialisations are refused`() throws {
        let parts = try Provider.token().split(separator: ".")
        let flat = """
            {"payload":"\(parts[1])","protected":"\(parts[0])","signature":"\(parts[2])"}
            """
        let general = """
            {"payload":"\(parts[1])","signatures":[{"protected":"\(parts[0])","signature":"\(parts[2])"}]}
            """
        #expect(try Provider.verdict(flat).reason == .tokenMalformed)
        #expect(try Provider.verdict(general).reason == .tokenMalformed)
    }

    @Test func `A token is at most 16 KiB long, and a longer one is not even decoded`() throws {
        // One filler byte makes 4/3 characters, so that every length near the limit cannot be met exactly.
        func token(filler: Int) throws -> String {
            try Provider.token(
                Provider.claims.with("filler", "\"\(String(repeating: "x", count: filler))\""))
        }
        let base = try token(filler: 0).utf8.count
        let room = (UnverifiedToken.longest - base) / 4 * 3
        let fits = try token(filler: room)
        #expect(fits.utf8.count <= UnverifiedToken.longest)
        #expect(try Provider.verdict(fits).identity != nil)
        let tooLong = try token(filler: room + 6)
        #expect(tooLong.utf8.count > UnverifiedToken.longest)
        #expect(try Provider.verdict(tooLong).reason == .tokenMalformed)
    }

    /// What they cost is measured: `countersign-bench tokens`, which `make gate` holds to 20 ordinary ones.
    @Test func `Tokens made to be slow are read to their end, or refused`() throws {
        for token in try Provider.slowTokens {
            #expect(token.text.utf8.count <= UnverifiedToken.longest, "\(token.name)")
            let verdict = try Provider.verdict(token.text)
            #expect((verdict.identity != nil) == token.isGood, "\(token.name): \(verdict)")
            if !token.isGood { #expect(verdict.reason == .tokenMalformed, "\(token.name)") }
        }
    }

    /// That it costs next to nothing is measured: `countersign-bench tokens`.
    @Test func `A token of 1 MB is refused`() throws {
        let token = try Provider.token(
            Provider.claims.with("filler", "\"\(String(repeating: "x", count: 1 << 20))\""))
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test(arguments: [
        #"{"alg":"ES256","kid":"es","alg":"ES256"}"#, #"{"alg":"none","alg":"ES256","kid":"es"}"#,
        #"{"alg":"ES256","kid":"es","\u0061lg":"ES256"}"#, #"["ES256"]"#, #""ES256""#, "null", "",
        #"{"alg":"ES256","kid":"es"} {}"#, #"{"alg":"ES256","kid":"es"}x"#,
        #"{"alg":"ES256","kid":"es",}"#,
        #"{alg:"ES256"}"#, #"{'alg':'ES256'}"#, #"{"alg":"ES256","kid":"\ud800"}"#,
        #"{"alg":"ES256","kid":"es","x":[[[[[0]]]]]}"#,
        "\u{FEFF}{\"alg\":\"ES256\",\"kid\":\"es\"}",
    ])
    func `A header that is not one strict JSON object is refused`(header: String) throws {
        let token = try Provider.token(header: header)
        #expect(try Provider.verdict(token).reason == .tokenMalformed)
    }

    @Test func `Duplicate claims are refused whichever of them would count`() throws {
        for (name, json) in Provider.claims.members {
            let claims = "{\"\(name)\":\(json)," + Provider.claims.json.dropFirst()
            #expect(
                try Provider.verdict(Provider.token(claims: claims)).reason == .tokenMalformed)
        }
    }

    @Test func `Deep nesting is refused at its limit`() throws {
        func claims(depth: Int) -> Members {
            let open = String(repeating: "[", count: depth)
            let close = String(repeating: "]", count: depth)
            return Provider.claims.with("deep", open + close)
        }
        // The payload itself is the first of eight levels.
        #expect(try Provider.verdict(Provider.token(claims(depth: 7))).identity != nil)
        for depth in [8, 100, 5000] {
            let token = try Provider.token(claims(depth: depth))
            #expect(try Provider.verdict(token).reason == .tokenMalformed)
        }
    }

    @Test func `Invalid UTF-8 in the payload is refused`() throws {
        for bytes: [UInt8] in [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
        ] {
            let claims =
                Array(Provider.claims.json.dropLast().utf8)
                + Array(",\"x\":\"".utf8) + bytes + Array("\"}".utf8)
            let input =
                Base64URL.encode(Provider.header.json.utf8) + "." + Base64URL.encode(claims)
            let token = input + "." + Base64URL.encode(try Provider.signES(Array(input.utf8)))
            #expect(try Provider.verdict(token).reason == .tokenMalformed)
        }
    }
}
