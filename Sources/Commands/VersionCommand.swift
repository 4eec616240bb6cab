// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Messages
import Server

extension SoftwareVersion {
    /// As `countersign version` prints it.
    static let line = "countersign \(current)"
}

/// `countersign version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: """
            EXAMPLES:
              countersign version
              countersign version --json
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard try output.isJSON else {
            return try output.screen.line("\(SoftwareVersion.line)")
        }
        try output.screen.json(
            .object([
                JSONMember("name", .string("countersign")),
                JSONMember("version", .string(SoftwareVersion.current)),
                JSONMember("record", .string("countersign.record/1")),
            ]))
    }
}
