// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Access
import Identity
import Ledger
import TestSupport
import Testing

/// How long a connection, and its event loop, go by a credential that was verified once.
@Suite struct RememberedCredentialTests {
    private static let names = ["https://one.example", "https://two.example"]

    private func issuers() throws -> [TrustedIssuer] {
        try Self.names.map { name in
            var issuer = try Provider.trusted()
            issuer.issuer = name
            return issuer
        }
    }

    private func bench() throws -> DeskBench {
        var choices = DeskBench.Choices()
        choices.issuers = try issuers()
        return try DeskBench(choices)
    }

    private func request(_ bench: DeskBench, _ issuer: String) -> AccessRequest {
        bench.request(credential: .bearer("token of \(issuer)"))
    }

    /// What a thread would say to the token in a request.
    private func verdict(
        _ issuer: String, on request: borrowing AccessRequest, expires: UTCInstant
    ) throws -> Identification {
        let shown: ShownCredential = try #require(request.credential.only)
        return .identified(
            VerifiedIdentity(
                issuer: issuer, subject: "alice", kind: .user, roles: ["reader"],
                authentication: Authentication(method: .oidc), expires: expires),
            by: shown)
    }

    /// Performs an access with a token of this issuer.
    ///
    /// - Returns: whether it had to be verified.
    private func perform(
        _ issuer: String, by access: TestedAccess, _ bench: DeskBench, _ jobs: HeldJobs,
        until expires: UTCInstant
    ) throws -> Bool {
        let request = request(bench, issuer)
        let verdict = try verdict(issuer, on: request, expires: expires)
        var step = access.exchange.begin(request)
        let isVerified = step.shape == .wait
        if isVerified {
            bench.deliver(verdict, try #require(jobs.take()))
            step = access.steps.removeFirst()
        }
        #expect(step.shape == .forward)
        #expect(step.recorded?.principal.issuer == issuer)
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        #expect(try bench.settle(access).shape == .finish)
        return isVerified
    }

    private func year(from bench: DeskBench) -> UTCInstant {
        UTCInstant(microseconds: bench.fixture.clock.now.microseconds + 31_536_000_000_000)
    }

    @Test func `A new key set of one issuer leaves the tokens of the others verified`() throws {
        let bench = try bench()
        let jobs = bench.holdTokens()
        let connections = [bench.access(), bench.access()]
        let end = year(from: bench)
        func areVerified() throws -> [Bool] {
            try zip(Self.names, connections).map {
                try perform($0, by: $1, bench, jobs, until: end)
            }
        }
        #expect(try areVerified() == [true, true])
        #expect(try areVerified() == [false, false])
        var rotated = try issuers()
        rotated[0].keys = try KeySet(
            parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
        try bench.reload(rotated)
        #expect(try areVerified() == [true, false])
        #expect(try areVerified() == [false, false])
        // Keys come and go without a token being verified again.
        try bench.revokeKey()
        #expect(try areVerified() == [false, false])
        _ = bench.ledger.close()
    }

    @Test func `One connection may show the tokens of several callers in turn`() throws {
        let bench = try bench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        let end = year(from: bench)
        let verified = try (0..<6).map { round in
            try perform(Self.names[round % 2], by: access, bench, jobs, until: end)
        }
        #expect(verified == [true, true, false, false, false, false])
        _ = bench.ledger.close()
    }

    @Test func `A token ends at its time on the connection that has shown it all along`() throws {
        let bench = try bench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        let now = bench.fixture.clock.now
        let end = UTCInstant(microseconds: now.microseconds + 60_000_000)
        func isVerified() throws -> Bool {
            try perform(
                Self.names[0], by: access, bench, jobs,
                until: max(
                    end, UTCInstant(microseconds: bench.fixture.clock.now.microseconds + 1)))
        }
        #expect(try isVerified())
        bench.fixture.clock.set(UTCInstant(microseconds: end.microseconds - 1))
        #expect(try !isVerified())
        bench.fixture.clock.set(end)
        #expect(try isVerified())
        _ = bench.ledger.close()
    }

    @Test func `Whoever was verified by keys that were withdrawn meanwhile is not remembered`()
        throws
    {
        let bench = try bench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        let end = year(from: bench)
        let begun = request(bench, Self.names[0])
        let verdict = try verdict(Self.names[0], on: begun, expires: end)
        #expect(access.exchange.begin(begun).shape == .wait)
        var rotated = try issuers()
        rotated[0].keys = try KeySet(
            parsing: Provider.keySetText([Provider.jwk(Provider.otherES.publicKey, kid: "es")]))
        try bench.reload(rotated)
        bench.deliver(verdict, try #require(jobs.take()))
        #expect(access.steps.removeFirst().shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 0)
        #expect(try bench.settle(access).shape == .finish)
        #expect(try perform(Self.names[0], by: access, bench, jobs, until: end))
        _ = bench.ledger.close()
    }

    @Test func `A key that is revoked ends on the connection that has shown it all along`() throws {
        let bench = try bench()
        let access = bench.access()
        for _ in 0..<2 { try bench.perform(bench.request(), access) }
        try bench.revokeKey()
        #expect(access.exchange.begin(bench.request()).shape == .wait)
        #expect(try bench.settle(access).answer?.status == 401)
        let records = try bench.records()
        #expect(records.map(\.reason) == ["role_match", "role_match", "key_revoked"])
    }

    @Test func `What is verified knows method, URL and certificate of its request`() throws {
        let bench = try bench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        let request = bench.request(
            .post, "/v1/invoices", host: "api.example.com", credential: .token)
        let bytes = request.bytes
        _ = access.exchange.begin(request)
        let binding = try #require(jobs.take()).binding
        #expect(binding.method == .post)
        #expect(!binding.url.isSecure)
        #expect(String(decoding: bytes[binding.url.host], as: UTF8.self) == "api.example.com")
        #expect(String(decoding: bytes[binding.url.path], as: UTF8.self) == "/v1/invoices")
        #expect(binding.certificate == nil)
        _ = bench.ledger.close()
    }
}
