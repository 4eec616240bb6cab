// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import HTTPPlane
import Transport
import Ledger
import Policy
import Testing

@Suite("Attacks: rate limits")
struct RateLimitAttackTests {
    /// Sends a thousand requests over a hundred connections at once.
    ///
    /// - Returns: how many were answered with each status.
    private func storm(
        _ proxy: ProxyFixture, _ request: @escaping @Sendable (Int) -> String
    ) async throws -> [Int: Int] {
        try await withThrowingTaskGroup(of: [Int].self) { group in
            for number in 0..<100 {
                group.addTask {
                    let client = try await proxy.connect()
                    let text = (0..<10).map { request(number * 10 + $0) }.joined()
                    client.begin(Array(text.utf8), .burst)
                    var statuses: [Int] = []
                    for _ in 0..<10 {
                        let answer = try await client.response()
                        statuses.append(answer.status ?? 0)
                        if answer.status == 429 {
                            #expect(answer.value("Retry-After").flatMap { Int($0) } ?? 0 > 0)
                        }
                    }
                    try await client.close()
                    return statuses
                }
            }
            var counts: [Int: Int] = [:]
            for try await statuses in group {
                for status in statuses { counts[status, default: 0] += 1 }
            }
            return counts
        }
    }

    @Test(
        "Of a thousand requests at once exactly as many pass as the limit says, on any number of loops",
        arguments: [(RateLimit.Per.actor, 137), (.peer, 1)])
    func exact(per: RateLimit.Per, burst: Int) async throws {
        var settings = ProxySettings()
        settings.eventLoops = 4
        settings.limit = RateLimit(per: per, rate: .oneADay, burst: burst)
        try await withProxy(settings) { proxy in
            let counts = try await storm(proxy) { proxy.get("/v1/invoices/\($0)") }
            #expect(counts == [200: burst, 429: 1_000 - burst])
            #expect(proxy.upstream.requestCount == burst)
            await proxy.plane.shutdown(grace: .seconds(5))
            _ = proxy.ledger.close()
            let records = proxy.records.filter {
                $0.stage != .started && $0.uid != nil && $0.actor != "system"
            }
            #expect(records.count { $0.reason == "rate_limited" } == 1_000 - burst)
            #expect(records.count { $0.reason != "rate_limited" } == burst)
        }
    }

    @Test("A limit counts who was identified, not what fields say")
    func keyed() async throws {
        var settings = ProxySettings()
        settings.limit = RateLimit(per: .actor, rate: .oneADay, burst: 10)
        try await withProxy(settings) { proxy in
            let counts = try await storm(proxy) { number in
                proxy.get(
                    "/v1/invoices/\(number)",
                    "X-Forwarded-For: 10.0.\(number / 250).\(number % 250)\r\nX-User: u\(number)\r\n"
                        + "Countersign-Subject: s\(number)\r\nUser-Agent: a\(number)\r\n")
            }
            #expect(counts == [200: 10, 429: 990])
        }
    }
}
