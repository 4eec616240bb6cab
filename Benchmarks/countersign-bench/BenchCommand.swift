// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Measures what is below the proxy; run by `make bench`. The figures are for `Docs/Benchmarks.md`.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign-bench",
        abstract: "Measure ledger, verification, catalog, evidence and tokens on this machine.",
        subcommands: [
            LedgerBench.self, VerificationBench.self, CatalogBench.self, SearchBench.self,
            EvidenceBench.self, TokenBench.self,
        ])
}

struct BenchOutput: ParsableArguments {
    @Option(help: "Folder to work in; it must lie on the disk that is to be measured.")
    var dir = "."

    @Flag(help: "Print JSON.")
    var json = false

    /// Prints figures, as a table unless JSON is asked for.
    func show(_ figures: [(String, String)]) {
        if json {
            print("{" + figures.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
        } else {
            print("| figure | value |\n|---|---:|")
            for (name, value) in figures { print("| \(name) | \(value) |") }
        }
    }
}
