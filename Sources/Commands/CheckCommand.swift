// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// `countersign check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration without doing anything.",
        discussion: """
            EXAMPLES:
              countersign check
              countersign check -c /etc/countersign/countersign.yaml --json
              countersign check --schema > countersign.schema.json

            Lists every mistake with line, column and the nearest valid name, reads the certificates and keys \
            that it names, or prints the effective configuration with the values that came from elsewhere masked.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the JSON Schema of configuration files instead.")
    var schema = false

    @Flag(name: .shortAndLong, help: "Print nothing but mistakes.")
    var quiet = false

    func run() throws {
        if schema { return try output.screen.json(ConfigurationSchema.json) }
        let deployment = try deployment.read(findsFiles: true)
        let notes = try Assembly(deployment: deployment, in: CommandContext.current.surroundings)
            .checkAll().notes
        for note in notes { try output.messages.line(("note: " as SafeText) + note) }
        guard !quiet else { return }
        if try output.isJSON {
            try output.screen.json(deployment.effectiveJSON(.masked))
        } else {
            for line in deployment.effectiveYAML(.masked).split(separator: "\n") {
                try output.screen.line("\(line)")
            }
        }
        try output.messages.line(
            "\(("configuration OK" as SafeText).toned(.good)), \(deployment.configHash)")
    }
}
