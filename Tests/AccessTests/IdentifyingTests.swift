// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Access
import Identity
import Ledger
import Testing

@Suite("IdentifiedOnce: credentials that are verified off the event loop")
struct IdentifyingTests {
    private func identity(_ roles: [String]) -> Identification {
        .identified(
            VerifiedIdentity(
                issuer: "https://id.example.com", subject: "alice", kind: .user, roles: roles,
                session: nil, name: nil, email: nil,
                authentication: Authentication(method: .oidc), expires: nil),
            by: ShownCredential(.bearer, in: .authorization, 0..<1))
    }

    @Test("A request waits for its token, and goes on as whoever it names")
    func waits() throws {
        let bench = try DeskBench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        #expect(access.exchange.begin(bench.request(credential: .token)).shape == .wait)
        #expect(!access.exchange.isIdle)
        let job = try #require(jobs.take())
        bench.deliver(identity(["reader"]), job)
        #expect(access.steps.removeFirst().shape == .forward)
        access.exchange.serviceAnswered(status: 200)
        _ = access.exchange.serviceFinished(requestSize: 0, responseSize: 1)
        #expect(try bench.settle(access).shape == .finish)
        let records = try bench.records()
        #expect(records.count == 1)
        #expect(records[0].value[path: "actor", "issuer"]?.string == "https://id.example.com")
        // From when it came, not from when it was known.
        #expect(try #require(records[0].value["duration_us"]?.integer) > 0)
    }

    @Test("What the thread finds out is what the event loop would have found out")
    func same() throws {
        var statuses: [UInt16] = []
        for isHeld in [false, true] {
            let bench = try DeskBench()
            let jobs = isHeld ? bench.holdTokens() : nil
            let access = bench.access()
            _ = access.exchange.begin(bench.request(credential: .token))
            if let job = jobs?.take() { bench.deliver(job.perform(), job) }
            if isHeld { #expect(access.steps.removeFirst().shape == .wait) }
            statuses.append(try #require(try bench.settle(access).answer).status)
            _ = bench.ledger.close()
        }
        #expect(statuses == [401, 401])
    }

    @Test("API keys, and requests without credentials, wait for nobody")
    func fast() throws {
        let bench = try DeskBench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        #expect(access.exchange.begin(bench.request()).shape == .forward)
        let other = bench.access()
        #expect(
            other.exchange.begin(bench.request(.get, "/open", credential: .none)).shape == .forward)
        #expect(jobs.count == 0)
        _ = bench.ledger.close()
    }

    @Test("A client that goes while its token is verified ends nothing before that is known")
    func clientGoes() throws {
        let bench = try DeskBench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        _ = access.exchange.begin(bench.request(credential: .token))
        let step = access.exchange.fail(
            .clientClosed, requestSize: 0, responseSize: 0, closes: true)
        #expect(step.shape == .wait)
        let job = try #require(jobs.take())
        bench.deliver(identity(["reader"]), job)
        #expect(access.steps.removeFirst().shape == .forward)
        _ = access.exchange.fail(.clientClosed, requestSize: 0, responseSize: 0, closes: true)
        #expect(try bench.settle(access).shape == .abort)
        #expect(try bench.records().map(\.reason) == ["client_closed"])
    }

    @Test(
        "A reload meanwhile changes nothing for the request, and nothing is remembered of the old sources"
    )
    func reload() throws {
        let bench = try DeskBench()
        let jobs = bench.holdTokens()
        let access = bench.access()
        _ = access.exchange.begin(bench.request(credential: .token))
        try bench.revokeKey()
        let job = try #require(jobs.take())
        bench.deliver(identity(["reader"]), job)
        #expect(access.steps.removeFirst().shape == .forward)
        let other = bench.access()
        #expect(other.exchange.begin(bench.request(credential: .token)).shape == .wait)
        #expect(jobs.count == 1)
        _ = bench.ledger.close()
    }

    @Test("Where too many wait, the event loop verifies itself")
    func bounded() throws {
        let bench = try DeskBench()
        let jobs = bench.holdTokens()
        var waiting: [TestedAccess] = []
        for _ in 0..<1_100 {
            let access = bench.access()
            _ = access.exchange.begin(bench.request(credential: .token))
            waiting.append(access)
        }
        #expect(jobs.count == 1_024)
        _ = bench.ledger.close()
    }
}
