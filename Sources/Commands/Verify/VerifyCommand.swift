// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Server

/// `countersign verify`.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the whole log, one record, a pack, or two checkpoints against each other.",
        discussion: """
            EXAMPLES:
              countersign verify
              countersign verify record 42.tlog-proof --key log.vkey
              countersign verify pack denied.tar --key log.vkey
              countersign verify page --out verify.html
              countersign verify consistency --old checkpoint.then --new checkpoint.now

            Exit codes: 0 all good, 10 integrity, 12 rollback or fork, 15 disclosures, 11 completeness, \
            13 undecided, 14 stale; the gravest wins, in this order.
            """,
        subcommands: [
            VerifyLogCommand.self, VerifyRecordCommand.self, VerifyConsistencyCommand.self,
            VerifyPackCommand.self, VerifyPageCommand.self,
        ],
        defaultSubcommand: VerifyLogCommand.self)
}
