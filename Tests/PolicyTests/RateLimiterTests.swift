// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import AccessModel
import Policy
import Testing

private let second: UInt64 = 1_000_000_000

struct RateLimiterTests {
    private func limit(_ rate: String, burst: Int?, per: RateLimit.Per = .actor) throws
        -> RateLimit
    {
        let rate = try #require(Rate(rate))
        return try #require(RateLimit(per: per, rate: rate, burst: burst))
    }

    @Test func `a burst is admitted at once, then one per interval`() throws {
        let limiter = RateLimiter(mostSubjects: 100)
        let limit = try limit("60/m", burst: 3)
        func admit(at now: UInt64) -> LimitVerdict {
            limiter.admit(.actor("a"), under: limit, bucket: "s", at: now)
        }
        func standing(_ remaining: Int, _ reset: Int) -> LimitStanding {
            LimitStanding(limit: 3, remaining: remaining, resetSeconds: reset)
        }
        let start = 50 * second
        #expect(admit(at: start) == .admitted(standing(2, 1)))
        #expect(admit(at: start) == .admitted(standing(1, 2)))
        #expect(admit(at: start) == .admitted(standing(0, 3)))
        #expect(admit(at: start) == .limited(standing(0, 3), retryAfterSeconds: 1))
        // One nanosecond early is early.
        #expect(
            admit(at: start + second - 1) == .limited(standing(0, 3), retryAfterSeconds: 1))
        #expect(admit(at: start + second) == .admitted(standing(0, 3)))
        #expect(admit(at: start + second) == .limited(standing(0, 3), retryAfterSeconds: 1))
        // Refused accesses were not counted: after three quiet seconds the burst is whole.
        #expect(admit(at: start + 4 * second) == .admitted(standing(2, 1)))
    }

    @Test func `waiting as long as told is enough`() throws {
        let limiter = RateLimiter(mostSubjects: 100)
        let limit = try limit("7/h", burst: 1)
        _ = limiter.admit(.actor("a"), under: limit, bucket: "s", at: 0)
        let refused = limiter.admit(.actor("a"), under: limit, bucket: "s", at: 1)
        guard case .limited(_, let wait) = refused else {
            Issue.record("admitted too early")
            return
        }
        #expect(wait == 515)
        let later = limiter.admit(
            .actor("a"), under: limit, bucket: "s", at: 1 + UInt64(wait) * second)
        #expect(later.standing.remaining == 0)
        #expect(later != refused)
    }

    @Test func `who was held up after reading the clock is not limited for that`() throws {
        let limiter = RateLimiter(mostSubjects: 100)
        // A burst of ten milliseconds, within which a thread may well be held up.
        let limit = try limit("100000/s", burst: 1000)
        let read = 50 * second
        let later = limiter.admit(
            .actor("a"), under: limit, bucket: "s", at: read + second / 50)
        #expect(later.standing.remaining == 999)
        let heldUp = limiter.admit(.actor("a"), under: limit, bucket: "s", at: read)
        guard case .admitted(let standing) = heldUp else {
            Issue.record("limited, with two of a thousand used up")
            return
        }
        #expect(standing.remaining == 998)
    }

    @Test func `time that goes backwards forgives nothing and crashes nothing`() throws {
        let limiter = RateLimiter(mostSubjects: 100)
        let limit = try limit("1/s", burst: 1)
        _ = limiter.admit(.actor("a"), under: limit, bucket: "s", at: 1_000 * second)
        let refused = limiter.admit(.actor("a"), under: limit, bucket: "s", at: 0)
        guard case .limited(let standing, let wait) = refused else {
            Issue.record("admitted")
            return
        }
        // From the time that was seen before: this clock does not go back.
        #expect(wait == 1)
        #expect(standing.remaining == 0)
    }

    @Test func `subjects and buckets count apart, addresses by their group`() throws {
        let limiter = RateLimiter(mostSubjects: 100)
        let limit = try limit("1/d", burst: 1, per: .peer)
        func isAdmitted(_ peer: String, _ bucket: String = "s") throws -> Bool {
            let subject = limit.subject(
                .anonymous, peer: try #require(IPAddress(peer)))
            if case .admitted = limiter.admit(subject, under: limit, bucket: bucket, at: 0) {
                return true
            }
            return false
        }
        #expect(try isAdmitted("192.0.2.1"))
        #expect(try isAdmitted("192.0.2.2"))
        #expect(try !isAdmitted("192.0.2.1"))
        #expect(try !isAdmitted("::ffff:192.0.2.1"))
        #expect(try isAdmitted("192.0.2.1", "other"))
        #expect(try isAdmitted("2001:db8:0:1::1"))
        #expect(try !isAdmitted("2001:db8:0:1:ffff:ffff:ffff:ffff"))
        #expect(try isAdmitted("2001:db8:0:2::1"))
        // The IPv6 group with the same number is no IPv4 address.
        #expect(try isAdmitted("0:0:c000:201::"))
    }

    @Test func `actors are counted by id, anonymous ones by peer`() throws {
        let peer = try #require(IPAddress("192.0.2.1"))
        let perActor = try limit("1/s", burst: 1)
        let perPeer = try limit("1/s", burst: 1, per: .peer)
        let alice = Fixture.principal(uid: "sub_alice")
        #expect(perActor.subject(alice, peer: peer) == .actor("sub_alice"))
        #expect(perActor.subject(.anonymous, peer: peer) == .peer(PeerGroup(peer)))
        #expect(perPeer.subject(alice, peer: peer) == .peer(PeerGroup(peer)))
    }

    @Test func `the number of subjects is bounded and heavy debts are kept`() throws {
        let limiter = RateLimiter(mostSubjects: 64, shards: 1)
        let limit = try limit("1/h", burst: 2)
        func verdict(_ name: String) -> LimitVerdict {
            limiter.admit(.actor(name), under: limit, bucket: "s", at: second)
        }
        _ = verdict("heavy")
        _ = verdict("heavy")
        for number in 0..<1_000 {
            _ = verdict("light-\(number)")
            #expect(limiter.subjectCount <= 64)
        }
        guard case .limited = verdict("heavy") else {
            Issue.record("the flood washed the debt away")
            return
        }
    }

    @Test func `subjects whose burst is whole again make room first`() throws {
        let limiter = RateLimiter(mostSubjects: 8, shards: 1)
        let limit = try limit("1/s", burst: 1)
        for number in 0..<8 {
            _ = limiter.admit(.actor("\(number)"), under: limit, bucket: "s", at: 0)
        }
        #expect(limiter.subjectCount == 8)
        _ = limiter.admit(.actor("new"), under: limit, bucket: "s", at: second)
        #expect(limiter.subjectCount == 1)
    }

    @Test(
        "Rates are written as a count and a period",
        arguments: [
            ("100/m", true), ("1/s", true), ("1000/h", true), ("1/d", true), ("1000000/s", true),
            ("1000001/s", false), ("0/s", false), ("-1/s", false), ("1/w", false), ("/s", false),
            ("1", false), ("1/", false), ("1.5/s", false), ("+1/s", false), ("", false),
        ])
    func rates(text: String, isGood: Bool) {
        #expect((Rate(text)?.text == text) == isGood)
    }

    @Test(
        "Without a burst, what one second allows may come at once",
        arguments: [("100/m", 2), ("10/s", 10), ("1000/h", 1), ("1/d", 1), ("1000000/s", 100_000)])
    func defaultBurst(rate: String, burst: Int) throws {
        #expect(try limit(rate, burst: nil).burst == burst)
    }

    @Test func `the slowest rate with the largest burst stays within 64 bits`() throws {
        let limiter = RateLimiter(mostSubjects: 1)
        let limit = try limit("1/d", burst: RateLimit.mostBurst)
        let now = UInt64(1) << 62
        let verdict = limiter.admit(.actor("a"), under: limit, bucket: "s", at: now)
        #expect(verdict.standing.remaining == RateLimit.mostBurst - 1)
        #expect(RateLimit(per: .peer, rate: .oneADay, burst: 0) == nil)
        #expect(RateLimit(per: .peer, rate: .oneADay, burst: RateLimit.mostBurst + 1) == nil)
    }
}
