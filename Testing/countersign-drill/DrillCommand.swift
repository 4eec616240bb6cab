// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import SystemPackage
internal import TestSupport

/// Damages a log in every way that verification claims to notice, and has the auditor's program check it.
///
/// No part of the product: it writes a log through the real ledger, in a folder of its own.
@main
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign-drill",
        abstract: "Damage a log in every known way; fail unless countersign-verify names each.",
        discussion: """
            EXAMPLES
              countersign-drill
              countersign-drill --records 4000 --flips 400 --seed 7
            """)

    @Option(help: "How many records the log has.")
    var records = 200_000

    @Option(help: "How many single bits are turned, each in a log that is sound otherwise.")
    var flips = 40

    @Option(help: "From which the places of damage are drawn; a fresh one by default.")
    var seed: UInt64?

    @Flag(help: "Judge a log that is cut at the end of every commit frame, not of some.")
    var everyFrame = false

    @Option(help: "The program that is to find it; the one beside this program by default.")
    var verifier: String?

    func validate() throws {
        guard (1100...10_000_000).contains(records), (0...1_000_000).contains(flips) else {
            throw ValidationError("--records takes 1100 to 10000000, --flips 0 to 1000000.")
        }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0 ... .max)
        let folder = try DrillFolder()
        defer { folder.remove() }
        let auditor = Auditor(
            program: try verifier ?? Auditor.besideThisProgram(), folder: folder.path)
        DrillTable.line("damage drill: \(records) records, seed \(seed)")
        let clock = ContinuousClock()
        let began = clock.now
        var target = try DrillTarget(
            log: try DrilledLog(folder: folder.path, records: records), auditor: auditor,
            generator: SeededGenerator(seed: seed))
        DrillTable.line("written and exported in \(DrillTable.seconds(clock.now - began))\n")

        try target.checkSound()
        var table = DrillTable()
        try target.damageRecords(&table)
        try target.damageTree(&table)
        try target.damageCheckpoints(&table)
        try target.damageDisclosures(&table)
        try target.damageExport(&table)
        let missed = try target.flipBits(flips)
        try target.rewindHistory(&table)
        var judging = try JudgementDrill(folder: folder.path, auditor: auditor)
        try judging.run(everyFrame: everyFrame)
        DrillTable.line("")
        DrillTable.line(
            "\(judging.count) damages to single files, judged by verifier, start, tail, export and doctor: "
                + "\(judging.failed) times not alike")
        DrillTable.line(
            "\(table.kinds) kinds, \(table.missed) missed; \(flips) bits turned, \(missed) missed; "
                + DrillTable.seconds(clock.now - began))
        if table.missed + missed + judging.failed > 0 { throw ExitCode(1) }
    }
}
