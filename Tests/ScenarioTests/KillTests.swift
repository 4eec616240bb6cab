// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import TestSupport
import Testing

@Suite struct `A proxy that is killed at random moments` {
    /// In CI; COUNTERSIGN_KILLS asks for more, as `make kills` does.
    private static let kills: UInt64 = 100
    /// So many to a log, so that reading it back stays quick.
    private static let killsOfOneLog: UInt64 = 200

    /// With `written`, records are acknowledged before their sync: a kill loses none of them either.
    @Test(arguments: LogDurability.allCases)
    func
        `DurableBeforeAcknowledged, RecordedBeforeForwarded: no answer and no forwarding without its record`(
            durability: LogDurability
        ) async throws
    {
        try await scenario {
            let seed = try Asked.seed()
            var rest = try Asked.number("COUNTERSIGN_KILLS") ?? Self.kills
            var generator = SeededGenerator(seed: seed)
            while rest > 0 {
                let count = min(rest, Self.killsOfOneLog)
                try Self.kill(
                    count, &generator, "COUNTERSIGN_SEED=\(seed), \(durability)", durability)
                rest -= count
            }
        }
    }

    private static func kill(
        _ count: UInt64, _ generator: inout SeededGenerator, _ seed: Comment,
        _ durability: LogDurability
    ) throws {
        var proxy = try KilledProxy(durability: durability)
        for round in 1...count {
            try proxy.live(until: .random(using: &generator))
            guard round.isMultiple(of: 50) else { continue }
            // What is there verifies before anybody has opened it again.
            let verified = try proxy.site.folder.run(
                .countersign, "verify", "-c", Site.configuration)
            #expect(verified.text.contains("Integrity OK"), "\(seed): \(verified.text)")
        }
        let server = try proxy.site.serve()
        #expect(try server.exchange(proxy.site.request()).status == 200, seed)
        #expect(try server.stop().status == 0, seed)
        let history = try proxy.history()
        #expect(history.answeredUnrecorded == [], seed)
        #expect(history.forwardedUnrecorded == [], seed)
        #expect(history.withoutOutcome == [:], seed)
        #expect(proxy.refused == [], seed)

        let verified = try proxy.site.read("verify")
        #expect(verified.text.contains("Integrity OK"), "\(seed): \(verified.text)")
        #expect(
            verified.text.contains("Completeness OK: \(history.restarts.count + 1) starts"),
            "\(seed): \(verified.text)")

        let unsynced = history.restarts.compactMap { $0.value("recovery", "unsynced") as? String }
        if durability == .written {
            #expect(verified.text.contains("log.durability: written"), "\(seed): \(verified.text)")
            #expect(Set(unsynced) == ["possible"], seed)
        } else {
            #expect(unsynced == [], seed)
        }

        // The kills were no formality: they met accesses under way and groups not yet in their place.
        let replayed = history.restarts.reduce(0) { $0 + $1.number("recovery", "replayed_entries") }
        print(
            "killed \(count) times, \(proxy.loaded) of them under load, \(seed):",
            "\(proxy.answered.count) answers, \(proxy.site.service.reached.count) forwarded,",
            "\(history.cutShort) cut short, \(history.cutShortAfterForwarding) of these at the service,",
            "\(replayed) records replayed")
        #expect(history.restarts.allSatisfy { $0.value("recovery", "clean") as? Bool == false })
        #expect(replayed > 0, seed)
        #expect(history.cutShortAfterForwarding > 0, seed)
    }
}
