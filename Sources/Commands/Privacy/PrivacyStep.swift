// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogReading
import Messages
import Settings

/// A step on the way to an erasure, an expiry or a release, and what is said of it.
struct PrivacyStep {
    let wish: PrivacyFacts.Wish
    let options: PrivacyStepOptions
    let log: LogOptions
    let output: OutputOptions

    /// Asks for it, carries it out, or counts what it would reach.
    ///
    /// - Parameters:
    ///   - about: the hold that is to be released.
    func run(
        _ scope: PrivacyScope, about: UniqueID? = nil, basis: ErasureBasis?
    ) async throws {
        guard log.directory == nil else {
            throw CommandFailure(
                .usage,
                "a log that --log names is only read; name its configuration with -c instead.")
        }
        let snapshot = try log.snapshot()
        if let execute = options.execute {
            guard scope.isEmpty, about == nil, options.reference == nil, basis == nil else {
                throw CommandFailure(
                    .usage, "--execute carries out a request as it is; give nothing else with it.")
            }
            return try await carryOut(try PrivacyArguments.uid(execute), snapshot)
        }
        let deployment = try log.deployment.read()
        let tally = try snapshot.tally(of: scope)
        let leftovers = PrivacyLeftovers(of: tally, deployment.settings)
        if options.dryRun {
            return try show(scope, tally, leftovers, try snapshot.privacyStanding())
        }
        let facts = PrivacyFacts(
            .request(wish), about: about, scope: scope,
            reference: try PrivacyArguments.reference(options.reference), basis: basis,
            values: UInt64(tally.total), range: "0..<\(tally.looked.upperBound)")
        let same = try snapshot.privacyStanding().requests(likewise: wish, scope, about: about)
        let uid = try await HostRecorder(deployment: deployment).carryOut(facts)
        if let first = same.first {
            try output.messages.line(
                "the same is asked for by \(first.uid.text) already, and one is enough: `countersign privacy refuse` turns the other down"
            )
        }
        try said(
            "request", uid, tally, leftovers,
            (HostPerson.current(.current) == 0
                ? "next: root counts for nobody, so two other persons each run"
                : "next: another person runs")
                + " `countersign privacy approve \(uid.text)`, then `countersign privacy \(wish.rawValue) --execute \(uid.text)`"
        )
    }

    private func carryOut(_ request: UniqueID, _ snapshot: LogSnapshot) async throws {
        let standing = try snapshot.privacyStanding()
        guard let open = standing.requests.first(where: { $0.uid == request && $0.wish == wish })
        else {
            throw CommandFailure(
                .notFound, "\(PrivacyFault.refused(.noSuchRequest).description)")
        }
        let deployment = try log.deployment.read()
        let tally = try snapshot.tally(of: open.scope)
        let leftovers = PrivacyLeftovers(of: tally, deployment.settings)
        if options.dryRun { return try show(open.scope, tally, leftovers, standing) }
        let facts = PrivacyFacts(
            wish.deed, about: request, values: UInt64(tally.total),
            range: "0..<\(tally.looked.upperBound)")
        let uid = try await HostRecorder(deployment: deployment).carryOut(facts)
        guard wish != .release else {
            return try said("release", uid, tally, leftovers, "the hold is over")
        }
        try said(
            "record", uid, tally, leftovers,
            "destroyed; copies of the log made before still have the keys: destroy their keys/subjects and keys/periods, and tell whoever was given values (Article 19)"
        )
    }

    /// What would be reached, where, what would stay, and what stands against it.
    private func show(
        _ scope: PrivacyScope, _ tally: PrivacyTally, _ leftovers: PrivacyLeftovers,
        _ standing: PrivacyStanding
    ) throws {
        let hold = standing.hold(forbidding: scope)
        guard try !output.isJSON else {
            var members = tally.json
            members.append(
                JSONMember(
                    "places",
                    .array(
                        ErasurePlace.allCases.map {
                            .object([
                                JSONMember("place", .string($0.rawValue)),
                                JSONMember("outcome", .string($0.outcome)),
                            ])
                        })))
            members.append(leftovers.json)
            if let hold { members.append(JSONMember("held_by", .string(hold.uid.text))) }
            return try output.screen.json(.object(members))
        }
        var facts: [(SafeText, SafeText)] = [
            ("records", "\(tally.records)"), ("sealed values", "\(tally.total)"),
            ("groups", "\(tally.groupText)"),
            ("months", "\(tally.months.keys.sorted().map(\.text).joined(separator: ", "))"),
        ]
        for place in ErasurePlace.allCases {
            facts.append(("\(place.rawValue)", "\(place.outcome)"))
        }
        if let hold { facts.append(("held by", "\(hold.uid.text)")) }
        try output.screen.table(Table(facts: facts))
        for line in leftovers.lines { try output.screen.line(line) }
        try output.messages.line("nothing was changed or recorded")
    }

    private func said(
        _ name: String, _ uid: UniqueID, _ tally: PrivacyTally, _ leftovers: PrivacyLeftovers,
        _ next: SafeText
    ) throws {
        if try output.isJSON {
            try output.screen.json(
                .object([JSONMember(name, .string(uid.text))] + tally.json + [leftovers.json]))
        } else {
            try output.screen.line("\(uid.text)")
        }
        for line in leftovers.lines { try output.messages.line(line) }
        try output.messages.line(next)
    }
}
