// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign catalog`.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Look at the index by which records are found, or build it anew.",
        discussion: """
            EXAMPLES:
              countersign catalog status
              countersign catalog rebuild

            The catalog is derived from the log and no evidence: it can be lost, and is built again.
            """,
        subcommands: [CatalogStatusCommand.self, CatalogRebuildCommand.self])
}
