// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import Server

/// The root of all commands.
struct CountersignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign",
        abstract: "An access proxy whose audit log cannot be quietly rewritten.",
        discussion: """
            EXAMPLES:
              countersign init --upstream http://127.0.0.1:3000 --as "Ada Lovelace"
              countersign serve
              countersign log tail -f

            Data goes to standard output, messages to standard error. Exit codes: 0 success, \
            1 failure, 2 usage or configuration, 3 not found, 4 not permitted, 5 unavailable, \
            10 integrity, 11 completeness, 12 rollback, 13 undecided, 14 stale, 15 disclosure.
            """,
        version: SoftwareVersion.line,
        subcommands: [
            InitCommand.self, ServeCommand.self, DemoCommand.self, CheckCommand.self,
            StatusCommand.self, ReloadCommand.self, DoctorCommand.self, LogCommand.self,
            ExplainCommand.self, VerifyCommand.self, CheckpointCommand.self, KeyCommand.self,
            CatalogCommand.self, OutputCommand.self, PolicyCommand.self, PrivacyCommand.self,
            ReportCommand.self, ReviewCommand.self, TokenCommand.self, UserCommand.self,
            VersionCommand.self, CompletionCommand.self,
        ])
}
