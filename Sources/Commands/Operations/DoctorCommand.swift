// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages

/// `countersign doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what keeps a server from running well, and say how to mend it.",
        discussion: """
            EXAMPLES:
              countersign doctor
              countersign doctor -c /etc/countersign/countersign.yaml --json

            Looks at configuration, key files, clock, folders, disk, limits, certificates, ports and services; \
            changes nothing. Exit code 1 where anything would not work.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let found = await Examination(
            deployment: try deployment.read(), file: deployment.path
        ).run()
        let bad = found.count { $0.grade == .bad }
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("healthy", .bool(bad == 0)),
                    JSONMember("findings", .array(found.map(\.json))),
                ]))
        } else {
            for line in found.flatMap(\.lines) { try output.screen.line(line) }
        }
        guard bad > 0 else { return }
        try output.messages.line(SafeText("\(bad) of \(found.count) need mending", .bad))
        throw CommandFailure(.failure)
    }
}
