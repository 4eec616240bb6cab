// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

/// `make sim` runs other seeds for as long as the environment says.
private enum LongerForm {
    private static let environment = ProcessInfo.processInfo.environment

    /// One world to see again.
    static let seed = environment["COUNTERSIGN_SIM_SEED"].flatMap { UInt64($0) }
    /// How long fresh worlds are made.
    static let seconds = environment["COUNTERSIGN_SIM_SECONDS"].flatMap { Int($0) }
}

@Suite struct `The simulation` {
    /// Worlds that every run goes through.
    private static let seen = 30
    /// New worlds of every run.
    private static let fresh = 200

    @Test(arguments: 0..<2)
    func `finds nothing wrong in worlds that were seen before`(half: Int) async throws {
        var all = SimulationTotals()
        for seed in stride(from: UInt64(half) + 1, through: UInt64(Self.seen), by: 2) {
            all.add(try await check(seed))
        }
        // The worlds are worth while: everything that can happen in them does.
        #expect(all.recorded > 400 && all.forwarded > 150, "\(all)")
        #expect(all.crashes > 30 && all.faults > 30 && all.rejected > 10, "\(all)")
    }

    @Test(arguments: 0..<2)
    func `finds nothing wrong in worlds that nobody has seen`(half: Int) async throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<Self.fresh / 2 {
            try await check(UInt64.random(in: 1000...UInt64(Int64.max), using: &random))
        }
    }

    @Test func `The same seed makes the same world`() async throws {
        for seed in UInt64(1)...5 {
            let (one, other) = (
                try await Simulation(seed: seed).run(), try await Simulation(seed: seed).run()
            )
            #expect(one.story.count > 30)
            let difference = zip(one.story, other.story).first { $0 != $1 }
            #expect(one.story == other.story, "seed \(seed): \(difference.map { "\($0)" } ?? "")")
        }
    }

    /// Without this nothing above says anything: a check that cannot fail checks nothing.
    @Test(arguments: PlantedBug.allCases)
    func `finds a planted bug`(_ bug: PlantedBug) async throws {
        var tried = 0
        for seed in UInt64(1)...40 {
            tried += 1
            if try await Simulation(seed: seed, bug: bug).run().violation != nil { break }
        }
        #expect(tried < 40, "\(bug) was not found in \(tried) worlds")
    }

    @Test(.enabled(if: LongerForm.seed != nil))
    func `shows one world again`() async throws {
        guard let seed = LongerForm.seed else { return }
        let outcome = try await check(seed)
        print(outcome.story.joined(separator: "\n"))
    }

    @Test(.enabled(if: LongerForm.seconds != nil))
    func `goes on for as long as asked`() async throws {
        let end = ContinuousClock.now + .seconds(LongerForm.seconds ?? 0)
        var random = SystemRandomNumberGenerator()
        var (all, shown) = (SimulationTotals(), ContinuousClock.now)
        while ContinuousClock.now < end {
            let seed = UInt64.random(in: 1000...UInt64(Int64.max), using: &random)
            all.add(try await check(seed))
            if ContinuousClock.now > shown + .seconds(30) {
                shown = .now
                print(all)
            }
        }
        print(all)
    }

    /// Runs one world; where something is wrong, says what and how to see it again.
    @discardableResult
    private func check(_ seed: UInt64) async throws -> Simulation.Outcome {
        let outcome = try await Simulation(seed: seed).run()
        if let violation = outcome.violation {
            Issue.record(
                """
                seed \(seed): \(violation)
                \(outcome.story.suffix(40).joined(separator: "\n"))
                Again: COUNTERSIGN_SIM_SEED=\(seed) make sim
                """)
        }
        return outcome
    }
}

/// What many worlds came to.
private struct SimulationTotals: CustomStringConvertible {
    private var worlds = 0
    private(set) var recorded = 0
    private(set) var forwarded = 0
    private(set) var crashes = 0
    private(set) var faults = 0
    private(set) var rejected = 0

    mutating func add(_ outcome: Simulation.Outcome) {
        worlds += 1
        recorded += outcome.records
        forwarded += outcome.forwarded
        crashes += outcome.crashes
        faults += outcome.faults
        rejected += outcome.rejected
    }

    var description: String {
        "\(worlds) worlds: \(recorded) records, \(forwarded) requests forwarded, \(crashes) crashes, "
            + "\(faults) failed operations, \(rejected) rejected records"
    }
}
