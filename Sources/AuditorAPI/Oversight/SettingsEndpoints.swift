// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
package import ByteCoding
import Console
import Hummingbird

/// The configuration that is in force, as it is shown: values from the environment and from files are masked.
package struct ShownSettings: Sendable {
    /// The effective configuration, defaults spelled out.
    package let yaml: String
    /// The same in the structure of the file.
    package let json: JSONValue
    /// What records of it hold: `config.hash`.
    package let hash: String
    /// The file that it was read from.
    package let file: String
    /// The version of the rules in it.
    package let rules: String

    package init(yaml: String, json: JSONValue, hash: String, file: String, rules: String) {
        self.yaml = yaml
        self.json = json
        self.hash = hash
        self.file = file
        self.rules = rules
    }
}

/// What the proxy runs on.
struct SettingsEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/settings", .statusRead,
                "Get the configuration in force, with what comes from the environment or from files masked.",
                answers: [AuditorAnswer(.json, schema: "Settings")],
                problems: [.unknownParameter, .notFound], isSearch: false, settings)
        ]
    }

    static let schemas: [(name: String, schema: AuditorSchema)] = [
        (
            "Settings",
            .object([
                .init("hash", .hash), .init("file", .text), .init("rules", .hash),
                .init("yaml", .text), .init("settings", .open),
            ])
        )
    ]

    private func settings(_ call: AuditorCall) throws -> Response {
        guard let shown = desk.sources.settings?() else {
            throw AuditorProblem.notFound.problem(
                "Nothing runs on a configuration here.",
                remedy: "Ask the proxy that writes the log.")
        }
        return .json(
            .object([
                JSONMember("hash", .string(shown.hash)), JSONMember("file", .string(shown.file)),
                JSONMember("rules", .string(shown.rules)),
                JSONMember("yaml", .string(shown.yaml)), JSONMember("settings", shown.json),
            ]))
    }
}
