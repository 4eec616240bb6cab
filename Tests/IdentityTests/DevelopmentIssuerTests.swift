// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Identity
import TestSupport
import Testing

@Suite struct DevelopmentIssuerTests {
    private let claims = DevelopmentClaims(
        subject: "alice", audiences: ["countersign"], roles: ["reader", "auditor"], name: "Alice",
        email: "alice@example.com", session: "s-1", authenticationMethods: ["pwd", "otp"],
        issuedAt: Provider.now, lifetime: .seconds(600), id: "j-1")

    private func trusted(_ issuer: DevelopmentIssuer) throws -> TrustedIssuer {
        var trusted = try Provider.trusted(keys: KeySet(parsing: issuer.keySet))
        trusted.issuer = issuer.issuer
        trusted.types = [.accessToken]
        trusted.algorithms = [.es256]
        trusted.clockSkew = .zero
        return trusted
    }

    @Test func `Its tokens pass the strictest configuration`() async throws {
        let issuer = DevelopmentIssuer(newKeyFor: "https://dev.example.com")
        let token = try await issuer.token(claims)
        let verdict = try Provider.verdict(token) { $0 = try trusted(issuer) }
        let identity = try #require(verdict.identity)
        #expect(identity.issuer == "https://dev.example.com")
        #expect(identity.subject == "alice")
        #expect(identity.roles == ["auditor", "reader"])
        #expect(identity.name == "Alice")
        #expect(identity.email == "alice@example.com")
        #expect(identity.session == "s-1")
        #expect(identity.authentication.multiFactor == true)
        #expect(identity.expires?.seconds == Provider.nowSeconds + 600)
    }

    @Test func `A key that was written down makes the same issuer`() async throws {
        let issuer = DevelopmentIssuer(newKeyFor: "https://dev.example.com")
        let again = try DevelopmentIssuer(
            issuer: issuer.issuer, privateKeyPEM: issuer.privateKeyPEM)
        #expect(again.keySet == issuer.keySet)
        #expect(again.keyID == issuer.keyID)
        let token = try await again.token(claims)
        #expect(try Provider.verdict(token) { $0 = try trusted(issuer) }.identity != nil)
    }

    @Test func `Another issuer's key does not pass`() async throws {
        let issuer = DevelopmentIssuer(newKeyFor: "https://dev.example.com")
        let other = DevelopmentIssuer(newKeyFor: "https://dev.example.com")
        let token = try await other.token(claims)
        let verdict = try Provider.verdict(token) { $0 = try trusted(issuer) }
        #expect(verdict.reason == .tokenUnknownKey)
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func `A text that is no key is refused with what to do`(text: String) {
        do throws(DevelopmentIssuerFault) {
            _ = try DevelopmentIssuer(issuer: "x", privateKeyPEM: text)
            Issue.record("accepted")
        } catch {
            #expect(error.code == .unreadableKey)
            #expect(error.message.hasSuffix("make a new one."))
        }
    }

    @Test func `Inspection shows what a token says without believing it`() throws {
        let header = Provider.header.with("alg", #""none""#).with("crit", #"["x"]"#).json
        let token = Array(try Provider.token(header: header) { _ in [] }.utf8)
        let inspection = try TokenInspection(token.span)
        #expect(inspection.header["alg"]?.string == "none")
        #expect(inspection.claims["sub"]?.string == "alice")
        #expect(inspection.signatureByteCount == 0)
        #expect(inspection.expires?.seconds == Provider.nowSeconds + 300)
        #expect(TokenInspection.warning.hasPrefix("UNVERIFIED"))
    }

    @Test func `Inspection says why a text is no token`() {
        func fault(_ text: String) -> TokenFault? {
            do throws(TokenFault) {
                let bytes = Array(text.utf8)
                _ = try TokenInspection(bytes.span)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault("") == .partCount(1))
        #expect(fault("a.b") == .partCount(2))
        #expect(fault("a.b.c.d.e") == .partCount(5))
        #expect(fault("a.b.c") == .encoding(.header))
        #expect(fault("e30.e30.=") == .encoding(.signature))
        #expect(fault("e30.W10.") == .notAnObject(.payload))
        #expect(fault("e30.e30.") == nil)
        guard case .json(.header, let json) = fault("ew.e30.") else {
            Issue.record("an open brace is no header")
            return
        }
        #expect(json.kind == .unexpectedEnd)
        #expect(json.offset == 1)
        #expect(fault(String(repeating: "a", count: UnverifiedToken.longest + 1)) == .tooLong)
    }
}
