// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import Crypto
import Hummingbird
import LogReading

/// The rules that decided: their text, by the version that records name.
struct RuleEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/rules/{digest}", .logRead,
                "Get the text of a version of the rules, by its SHA-256: the digits of decision.policy_version.",
                answers: [AuditorAnswer(.json, schema: "RuleText")],
                problems: [.unknownParameter, .notFound, .logUnreadable], text)
        ]
    }

    static let schemas: [(name: String, schema: AuditorSchema)] = [("RuleText", .open)]

    /// The very bytes whose digest records hold, so that whoever gets them can compute it. They are no part of the
    /// log's records, and reading them is none.
    private func text(_ call: AuditorCall) async throws -> Response {
        let version = "sha256:" + call.part("digest")
        return try await desk.reading { [desk] in
            let text = try desk.answering {
                try desk.sources.snapshot().rules(version)
            }
            guard let text, "sha256:" + Hex.encode(SHA256.hash(data: text)) == version else {
                throw AuditorProblem.notFound.problem(
                    "The log keeps no text of this version of the rules.",
                    remedy:
                        "Take the digits of decision.policy_version of a record. Logs of earlier versions keep no texts; countersign log export --rules takes an earlier configuration."
                )
            }
            return .content(text, type: .json, .immutableForOne)
        }
    }
}
