// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Identity
import TestSupport
import Testing

/// attacks.md, JWT: `exp`, `nbf` and `iat`, each within and beyond the clock skew.
@Suite struct TokenTimeTests {
    private static let skew: Int64 = 30

    private func verdict(_ name: String, _ json: String?) throws -> CredentialVerdict {
        try Provider.verdict(Provider.token(Provider.claims.with(name, json)))
    }

    @Test func `A token ends when its time and the clock skew have passed`() throws {
        let end = Provider.nowSeconds - Self.skew
        #expect(try verdict("exp", "\(end + 1)").identity != nil)
        #expect(try verdict("exp", "\(end)").reason == .tokenExpired)
        #expect(try verdict("exp", "\(end - 1)").reason == .tokenExpired)
        #expect(try verdict("exp", "0").reason == .tokenExpired)
    }

    @Test func `The end is exact to the microsecond`() throws {
        let token = try Provider.token()
        let end = (Provider.nowSeconds + 300 + Self.skew) * 1_000_000
        let before = try Provider.verdict(token, at: UTCInstant(microseconds: end - 1))
        let after = try Provider.verdict(token, at: UTCInstant(microseconds: end))
        #expect(before.identity?.expires?.seconds == Provider.nowSeconds + 300)
        #expect(after.reason == .tokenExpired)
    }

    @Test(arguments: ["nbf", "iat"])
    func `A token is not used before its time but for the clock skew`(name: String) throws {
        let start = Provider.nowSeconds + Self.skew
        #expect(try verdict(name, "\(start - 1)").identity != nil)
        #expect(try verdict(name, "\(start)").identity != nil)
        #expect(try verdict(name, "\(start + 1)").reason == .tokenNotYetValid)
        #expect(try verdict(name, nil).identity != nil)
    }

    @Test func `Without clock skew one second counts`() throws {
        let strict = { (issuer: inout TrustedIssuer) in issuer.clockSkew = .zero }
        let ending = try Provider.token(Provider.claims.with("exp", "\(Provider.nowSeconds)"))
        let early = try Provider.token(Provider.claims.with("nbf", "\(Provider.nowSeconds + 1)"))
        #expect(try Provider.verdict(ending, configure: strict).reason == .tokenExpired)
        #expect(try Provider.verdict(early, configure: strict).reason == .tokenNotYetValid)
    }

    @Test func `A token without an end is refused`() throws {
        #expect(try verdict("exp", nil).reason == .tokenClaims)
    }

    @Test(arguments: ["exp", "nbf"])
    func `Times that are none of our era are refused`(name: String) throws {
        let soon = Provider.nowSeconds + 300
        for json in [
            "-1", "-0", "-0.5", "\"\(soon)\"", "true", "[\(soon)]", "{}", "253402300800",
            "9007199254740991", "9007199254740992", "9223372036854775807",
            "18446744073709551616", "1e400", "1e300", "99999999999999999999999999999999",
        ] {
            #expect(try verdict(name, json).reason == .tokenClaims, "\(name): \(json)")
            // Nobody asks when a token was made.
            #expect(try verdict("iat", json).identity != nil, "iat: \(json)")
        }
    }

    @Test func `A time may have a fraction, which counts`() throws {
        let now = Provider.nowSeconds
        #expect(try verdict("iat", "\(now - 5).25").identity != nil)
        #expect(
            try verdict("exp", "\(now + 600).5").identity?.expires?.microseconds
                == (now + 600) * 1_000_000 + 500_000)
        #expect(try verdict("exp", "\(now + 600).0").identity != nil)
        #expect(try verdict("exp", "\(now - Self.skew).000001").identity != nil)
        #expect(try verdict("exp", "\(now - Self.skew - 1).999999").reason == .tokenExpired)
        #expect(try verdict("exp", "1.7e9").reason == .tokenExpired)
        #expect(try verdict("exp", "1.8e9").identity != nil)
        #expect(try verdict("nbf", "\(now + Self.skew).000002").reason == .tokenNotYetValid)
        #expect(try verdict("nbf", "\(now + Self.skew - 1).5").identity != nil)
    }

    @Test func `A time that is null is absent`() throws {
        #expect(try verdict("exp", "null").reason == .tokenClaims)
        #expect(try verdict("nbf", "null").identity != nil)
        #expect(try verdict("iat", "null").identity != nil)
    }

    @Test func `The last second that records can write is a valid end`() throws {
        #expect(try verdict("exp", "253402300799").identity != nil)
    }
}
