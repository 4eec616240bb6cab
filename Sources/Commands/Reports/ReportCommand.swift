// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Catalog
import Glibc
import LogReading
import Merkle
import Messages
import Query
import Reports
import Search
import Server
import SignedNotes
import Verification

extension ReportFramework: ExpressibleByArgument {}

/// `countersign report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say what the log helps to show of a framework's controls.",
        discussion: """
            EXAMPLES:
              countersign report soc2 --period 2026-Q4
              countersign report pci --period 2026-11 --zone Europe/Berlin --html > pci.html
              countersign report hipaa --period 90d --json

            Each control gets one of four words: evidence, gap, no evidence in this log, cannot be shown by a log. \
            Beside it stand what the control asks, what was counted, the command that counts it again, and what \
            that leaves open. Whether a control is met, people judge. The log is verified for it, \
            unless --no-verify leaves that out.
            """)

    @Argument(help: "soc2, hipaa, gdpr, pci, iso27001, sox, nist80053, dora or nis2.")
    var framework: ReportFramework

    @Option(
        help: "A year, a quarter, a month, two days or a length of time: 2026-Q4, 2026-11, 90d.")
    var period = "90d"

    @Option(
        name: [.customLong("zone"), .long], help: "The zone of days: Europe/Berlin, or +02:00.")
    var utcOffset: String?

    @Flag(help: "A page of HTML, which prints well.")
    var html = false

    @Flag(
        name: .customLong("no-verify"),
        help: "Leave out whether anything was changed or is missing.")
    var isUnverified = false

    @OptionGroup var search: SearchOptions
    @OptionGroup var trust: TrustOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let isJSON = try output.isJSON
        guard !html || !isJSON else {
            throw CommandFailure(.usage, "--html and --json are two forms; choose one.")
        }
        let clock = try QueryTimes.clock(in: utcOffset)
        let times = try times(clock)
        let snapshot = try log.snapshot()
        var measures = ReportMeasures()
        var reader = ValueReader(sealing: snapshot)
        let counted = CountedQuery(snapshot: snapshot, log: log, search: search, output: output)
        let count = { (query: RecordQuery) throws -> ReportCount in
            let found = try counted.count(RecordQuery(all: [times, query]), &reader)
            return ReportCount(
                number: Int64(found.accesses), isAtLeast: found.relation != .exact,
                undecided: Int64(found.undecided.total))
        }
        let all = try count(RecordQuery(.everything))
        try measures.take(framework, count)
        measures.oldest = try oldest(snapshot)
        if !isUnverified { measures.check = try await check() }
        let now = clock.now
        let claim = snapshot.newest?.claim
        let report = ControlReport(
            framework,
            ControlReport.Head(
                origin: claim?.origin.text ?? "",
                from: times.times.from ?? measures.oldest ?? now, to: times.times.to ?? now,
                zone: clock.zone, query: nil, accesses: all, size: snapshot.size.count,
                root: claim?.root.hash.base64 ?? "",
                printer: "user \(getuid()) on the host", made: now), measures)
        if isJSON {
            try output.screen.json(.object(report.members))
        } else if html {
            try CommandContext.current.output.write(report.page(links: false))
        } else {
            try show(report)
        }
    }

    private func times(_ clock: QueryClock) throws(CommandFailure) -> RecordQuery {
        guard let period = ReportPeriod(period) else {
            throw CommandFailure(.usage, "--period is `\(self.period)`; \(ReportPeriod.remedy).")
        }
        var parts = [try RecordQuery(option: "since", period.since, at: clock)]
        if let until = period.until {
            parts.append(try RecordQuery(option: "until", until, at: clock))
        }
        return RecordQuery(all: parts)
    }

    private func oldest(_ snapshot: LogSnapshot) throws -> UTCInstant? {
        guard snapshot.size.count > 0 else { return nil }
        do throws(LogReadFailure) {
            let leaf = try snapshot.leaf(at: LeafIndex(0))
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                })
            else { return nil }
            return record.logTime
        } catch {
            // It may have been moved away; then nobody can tell here how far the log goes back.
            try output.messages.line("the oldest record cannot be read: \(error.message)")
            return nil
        }
    }

    /// Reads all of the log.
    private func check() async throws -> LogCheck {
        let progress = ProgressLine(CommandContext.current.messages)
        let now = CommandContext.current.now
        let began = now()
        let verifier = LogVerifier(
            VerificationOptions(
                policy: try trust.named(for: log).policy(), remembered: nil, maxAge: nil,
                now: began,
                requiredWitnesses: 0, jobs: Processors.usable)
        ) { progress.show($0) }
        defer { progress.clear() }
        let path = try log.path()
        do throws(LogReadFailure) {
            let report = try await verifier.verify(directory: path)
            return LogCheck(
                report, began: began,
                duration: .microseconds(now().microseconds - began.microseconds))
        } catch {
            throw CommandFailure(error)
        }
    }

    private func show(_ report: ControlReport) throws {
        let screen = output.screen
        try screen.line("What the log helps to show of \(report.framework.title)")
        try screen.table(
            Table(facts: [
                ("log", "\(report.head.origin)"),
                (
                    "period",
                    "\(report.head.from.rfc3339) to \(report.head.to.rfc3339), days of \(report.head.zone)"
                ), ("accesses", "\(ReportLine.grouped(report.head.accesses.number))"),
                ("signed size", "\(ReportLine.grouped(Int64(clamping: report.head.size)))"),
            ]))
        for line in report.lines {
            let tone: SafeText =
                line.word == .gap ? SafeText("GAP").toned(.bad) : "\(line.word.rawValue)"
            try screen.line("")
            try screen.line("\(line.control.id): " + tone)
            try screen.line("   asks    \(line.control.asks)")
            for finding in line.findings {
                let mark = finding.word == .gap ? "gap    " : "        "
                try screen.line("   \(mark.prefix(8))\(finding.text)")
                try screen.line(
                    SafeText("           \(report.command(finding.evidence))").toned(.faint))
            }
            try screen.line(SafeText("   leaves  \(line.control.leaves)").toned(.faint))
        }
    }
}
