// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign log`.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Read the log.",
        discussion: """
            EXAMPLES:
              countersign log tail -f
              countersign log query 'is:denied since:1h'
              countersign log stats --by decision --every 1h
              countersign log get 42 --proof > 42.tlog-proof
              countersign log export --out export
              countersign log snapshot --out /backup/today
            """,
        subcommands: [
            LogTailCommand.self, LogQueryCommand.self, LogStatsCommand.self,
            LogFirstSeenCommand.self, LogGetCommand.self, LogExportCommand.self,
            LogSnapshotCommand.self, LogAdoptCommand.self,
        ])
}
