// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import Messages
import Query

/// What somebody asks for: a query, and shorthands for its most frequent terms.
struct QueryOptions: ParsableArguments {
    @OptionGroup var times: QueryTimes

    @Option(
        help:
            "Only of this actor: a name, the opaque id, or a key's id; also where it was refused.")
    var actor: String?

    @Option(help: "Only of this service.")
    var service: String?

    @Option(help: "Only decided so.")
    var decision: DecisionArgument?

    @Option(help: "Only with this status: 404, 4xx or 400-499.")
    var status: String?

    @Option(help: "Only for this reason, such as rule_denied.")
    var reason: String?

    @Option(help: "Only this path and what is below it, or this route.")
    var path: String?

    /// Whether nothing was chosen.
    var isEmpty: Bool {
        times.since == nil && times.until == nil && times.utcOffset == nil && actor == nil
            && service == nil && decision == nil && status == nil && reason == nil && path == nil
    }

    /// All that was asked for, of which everything has to hold.
    ///
    /// - Parameter words: the query as it was given, in one word or several.
    func query(_ words: [String]) throws(CommandFailure) -> RecordQuery {
        let clock = try times.clock()
        var parts = [try times.query(words.joined(separator: " "))]
        for (name, value) in [
            ("actor", actor), ("service", service), ("decision", decision?.word),
            ("reason", reason),
        ] {
            guard let value else { continue }
            parts.append(try RecordQuery(option: name, value, at: clock))
        }
        if let status {
            let range = status.replacing("-", with: "..", maxReplacements: 1)
            parts.append(
                try RecordQuery(option: "status", status, at: clock) { _ in
                    "status:" + QueryText.quoted(range)
                })
        }
        if let path {
            let below = QueryText.quoted(path.hasSuffix("/") ? path : path + "/") + "*"
            parts.append(
                try RecordQuery(option: "path", path, at: clock) { path in
                    "path:\(path) OR path:\(below) OR route:\(path)"
                })
        }
        return RecordQuery(all: parts)
    }
}

/// How an access was decided, as people ask for it: a known word, or one of a later version.
struct DecisionArgument: ExpressibleByArgument, Equatable, Sendable {
    let word: String

    init?(argument: String) {
        guard !argument.isEmpty,
            argument.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else { return nil }
        word = argument
    }

    static var allValueStrings: [String] { Decision.Effect.allCases.map(\.rawValue) }
}
