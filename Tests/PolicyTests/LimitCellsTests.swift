// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// What is counted stays the same whoever keeps the cell that it is counted in.
@Suite struct LimitCellsTests {
    private func limit(
        _ rate: String, burst: Int, bucket: String = "billing"
    ) throws -> ServiceLimit {
        let rate = try #require(Rate(rate))
        return ServiceLimit(
            try #require(RateLimit(per: .actor, rate: rate, burst: burst)), bucket: bucket)
    }

    private func isAdmitted(
        _ cells: inout LimitCells, _ limit: ServiceLimit, by limiter: RateLimiter,
        at now: UInt64 = 0, name: String = "alice"
    ) -> Bool {
        let verdict = cells.admit(under: limit, by: limiter, at: now) { .actor(name) }
        return if case .admitted = verdict { true } else { false }
    }

    @Test func `A subject is looked up once, and counted with those who look it up`() throws {
        let limiter = RateLimiter(mostSubjects: 10)
        let limit = try limit("1/d", burst: 3)
        var cells = LimitCells()
        var lookups = 0
        for _ in 0..<2 {
            _ = cells.admit(under: limit, by: limiter, at: 0) {
                lookups += 1
                return .actor("alice")
            }
        }
        #expect(lookups == 1)
        let other = limiter.admit(
            .actor("alice"), under: limit.limit, bucket: limit.bucket, at: 0)
        #expect(other.standing.remaining == 0)
        #expect(!isAdmitted(&cells, limit, by: limiter))
    }

    @Test func `A reload keeps what was counted, under the limit that it brings`() throws {
        let limiter = RateLimiter(mostSubjects: 10)
        let before = try limit("1/d", burst: 2)
        var cells = LimitCells()
        #expect(isAdmitted(&cells, before, by: limiter))
        let same = try limit("1/d", burst: 2)
        #expect(isAdmitted(&cells, same, by: limiter))
        #expect(!isAdmitted(&cells, same, by: limiter))
        #expect(isAdmitted(&cells, try limit("1/d", burst: 3), by: limiter))
        #expect(isAdmitted(&cells, try limit("1/d", burst: 1, bucket: "other"), by: limiter))
    }

    @Test func `Limits of more services than are remembered count each for itself`() throws {
        let limiter = RateLimiter(mostSubjects: 1_000)
        let limits = try (0..<30).map { try limit("1/d", burst: 2, bucket: "service-\($0)") }
        var cells = LimitCells()
        for round in 0..<3 {
            for limit in limits {
                #expect(isAdmitted(&cells, limit, by: limiter) == (round < 2))
            }
        }
    }

    @Test func `OneCellASubject: what was forgotten is counted nowhere but in the new cell`() throws
    {
        let limiter = RateLimiter(mostSubjects: 1, shards: 1)
        let limit = try limit("1/h", burst: 2)
        let hour: UInt64 = 3_600_000_000_000
        var (one, other) = (LimitCells(), LimitCells())
        #expect(isAdmitted(&one, limit, by: limiter))
        #expect(isAdmitted(&other, limit, by: limiter))
        // Another subject takes the only place, once alice's burst is whole again.
        var stranger = LimitCells()
        #expect(isAdmitted(&stranger, limit, by: limiter, at: 2 * hour, name: "bob"))
        // Both hold the forgotten cell, and have the burst between them, not each.
        #expect(isAdmitted(&one, limit, by: limiter, at: 2 * hour))
        #expect(isAdmitted(&other, limit, by: limiter, at: 2 * hour))
        #expect(!isAdmitted(&one, limit, by: limiter, at: 2 * hour))
        #expect(!isAdmitted(&other, limit, by: limiter, at: 2 * hour))
        #expect(limiter.subjectCount == 1)
    }

    @Test(
        "Exactly the burst passes, on however many event loops it is asked, with a cell or by lookup",
        arguments: [1, 2, 100, 255, 256, 999])
    func exactness(burst: Int) async throws {
        let limiter = RateLimiter(mostSubjects: 1_000)
        let limit = try limit("1/d", burst: burst)
        let admitted = await withTaskGroup(of: Int.self) { group in
            for loop in 0..<8 {
                group.addTask {
                    var cells = LimitCells()
                    return (0..<125).count(where: { _ in
                        let verdict =
                            loop.isMultiple(of: 2)
                            ? cells.admit(under: limit, by: limiter, at: 0) { .actor("alice") }
                            : limiter.admit(
                                .actor("alice"), under: limit.limit, bucket: limit.bucket, at: 0)
                        return if case .admitted = verdict { true } else { false }
                    })
                }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == burst)
    }
}
