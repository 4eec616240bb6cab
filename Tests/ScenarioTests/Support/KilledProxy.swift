// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Foundation
import TestSupport

/// A proxy that records ahead of everything, killed and started again on one log, and what the world
/// outside saw of it meanwhile.
struct KilledProxy {
    /// When a round's process is killed.
    enum Moment {
        /// So long after it was started, however far it has come.
        case starting(Duration)
        /// So long after clients were answered so often, while they go on.
        case loaded(answers: Int, Duration)

        /// Mostly under load; while starting, now and then, what the round before left is read back.
        static func random(using generator: inout SeededGenerator) -> Moment {
            Int.random(in: 0..<4, using: &generator) == 0
                ? .starting(generator.duration(below: .milliseconds(160)))
                : .loaded(
                    answers: .random(in: 1...12, using: &generator),
                    generator.duration(below: .milliseconds(12)))
        }
    }

    let site: Site
    /// How many rounds were killed under load.
    private(set) var loaded = 0
    /// The uids of what was refused because the log could not be written.
    private(set) var refused: [String] = []
    /// The uids of all answers, of all rounds.
    private(set) var answered: [String] = []

    /// - Parameter durability: what acknowledged records survive, as `log.durability` says it: a kill, in any case.
    init(durability: LogDurability) throws {
        site = try Site(rate: "rate: 100000/s, burst: 1000", roles: ["reader", "writer"])
        try site.folder.edit(
            Site.configuration,
            [
                ("    limit: { per:", "    audit: { ahead: always }\n    limit: { per:"),
                ("log:\n", "log:\n  durability: \(durability.rawValue)\n"),
            ])
    }

    /// One life of the proxy, and its end.
    mutating func live(until moment: Moment) throws {
        switch moment {
        case .starting(let time):
            let process = try site.start()
            try process.stays(for: time)
            try kill(process)
        case .loaded(let answers, let time):
            let server = try site.serve()
            let load = Load(port: server.port, clients: 6, requests: site.mixedRequests)
            try load.answered(answers)
            try server.process.stays(for: time)
            try kill(server.process)
            answered += try load.finished()
            loaded += 1
            refused += load.refusals
        }
    }

    private func kill(_ process: ChildProcess) throws {
        process.signal(9)
        let ending = try process.ending()
        guard ending.status == -9 else {
            throw ScenarioFault("ended with \(ending.status), not killed: \(ending.messages)")
        }
    }

    /// What the log says about it all in the end.
    func history() throws -> KilledProxyHistory {
        KilledProxyHistory(
            leaves: try site.leaves().map { try Leaf($0) }, answered: answered,
            reached: site.service.reached)
    }
}

/// The log of a proxy that was killed, beside what clients and the service behind it saw.
struct KilledProxyHistory {
    /// Stages of the records of each access, in their order.
    private var stages: [String: [String]] = [:]
    /// The reason of the decision on each access.
    private var reasons: [String: String] = [:]
    private let answered: [String]
    private let reached: [String]
    /// What each start but the first said about the end before it.
    let restarts: [Leaf]

    init(leaves: [Leaf], answered: [String], reached: [String]) {
        for leaf in leaves where leaf.action == "http.request" {
            stages[leaf.uid, default: []].append(leaf.stage)
            reasons[leaf.uid] = leaf.text("decision", "reason")
        }
        restarts = Array(leaves.filter { $0.action == "log.start" }.dropFirst())
        self.answered = answered
        self.reached = reached
    }

    /// Accesses whose whole answer a client has, without the record of their outcome.
    var answeredUnrecorded: [String] {
        answered.filter { stages[$0]?.contains("complete") != true }
    }

    /// Accesses that came to the service without a record before.
    var forwardedUnrecorded: [String] {
        reached.filter { stages[$0]?.first != "started" }
    }

    /// Accesses that were begun, and do not have exactly one outcome after that.
    var withoutOutcome: [String: [String]] {
        stages.filter {
            $0.value != ["started", "complete"] && $0.value != ["started", "unknown"]
        }.reduce(into: [:]) { odd, access in
            odd[access.key] = access.value + [reasons[access.key] ?? "no reason"]
        }
    }

    /// Accesses that a kill cut short.
    var cutShort: Int { stages.count { $0.value.last == "unknown" } }

    /// Those of them that the service had seen.
    var cutShortAfterForwarding: Int { reached.count { stages[$0]?.last == "unknown" } }
}
