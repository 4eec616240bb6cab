// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogReading
import Merkle
import Outputs
import Query
import Synchronization
import SystemPackage
import TestSupport

/// An output of a log that a test gives its turns.
final class DrivenOutput {
    let engine: OutputEngine
    let log: TestDirectory
    private(set) var news: [OutputNews] = []
    let recorded: Recorded
    /// The newest erasure, as the log's writer knows it.
    var erasure: PrivacyStanding.Erasure?
    private var uptime = Duration.zero
    private let size: UInt64

    /// What the engine had recorded.
    final class Recorded: Sendable {
        private let state = Mutex((facts: [OutputFacts](), isTaking: true, most: Int.max))

        var facts: [OutputFacts] { state.withLock { $0.facts } }

        func setTaking(_ isTaking: Bool, most: Int = .max) {
            state.withLock { ($0.isTaking, $0.most) = (isTaking, most) }
        }

        func take(_ facts: OutputFacts) -> Bool {
            state.withLock { state in
                guard state.isTaking, state.facts.count < state.most else { return false }
                state.facts.append(facts)
                return true
            }
        }
    }

    /// - Parameter state: where its position is; another output with the same goes on from there.
    init(
        _ log: TestDirectory, _ sender: sending any OutputSender, state: TestDirectory,
        origin: String = "audit.example.com/test", start: OutputPlan.Start = .beginning,
        mostLag: Duration? = nil, disclosed: Set<CommitGroup> = [],
        query: RecordQuery = RecordQuery(.everything),
        recorded: Recorded = Recorded()
    ) throws {
        self.log = log
        self.recorded = recorded
        size = try LogSnapshot(directory: log.path).size.count
        var plan = OutputPlan(
            name: "siem", origin: origin, directory: log.path, state: state.path,
            start: start, mostLag: mostLag, disclosed: disclosed)
        plan.query = query
        engine = OutputEngine(
            plan, sender, OutputStanding(name: "siem", kind: "test", target: "here", cautions: [])
        ) { recorded.take($0) }
    }

    var facts: [OutputFacts] { recorded.facts }

    var standing: OutputStanding { engine.standing }

    /// Time passes, and the output works until it has nothing more to do.
    ///
    /// - Parameter most: turns at most.
    func pass(_ time: Duration = .seconds(1), now: UTCInstant? = nil, most: Int = .max) {
        uptime += time
        for _ in 0..<most {
            let turn = engine.turn(
                OutputEngine.Moment(
                    uptime: uptime,
                    now: now
                        ?? UTCInstant(
                            microseconds: 1_795_000_000_000_000 + uptime.wholeMicroseconds),
                    logSize: size, erasure: erasure, random: 0))
            news += turn.news
            guard turn.hasMore else { return }
        }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
