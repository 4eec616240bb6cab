// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import AuditRecords
import Ledger
import Merkle
import SystemPackage

/// Durable appends compared with the best that the machine allows: SHA-256, and the bare append
/// with its sync.
struct LedgerBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Durable appends a second, beside SHA-256 and the bare append of the same run.")

    @OptionGroup var output: BenchOutput
    @Option(help: "Rounds; their median is printed.") var rounds = 5
    @Option(help: "Seconds of each measurement.") var seconds = 1.0
    @Option(help: "Only with so many writers.") var writers: [Int] = [1, 16, 256, 1024]
    @Option(help: "Milliseconds that every sync takes longer.") var syncDelay = 0.0
    @Option(help: "What an acknowledged record survives, as log.durability says it.")
    var durability = LogDurability.synced
    @Option(help: "Only records of this kind.") var record: [SampleKind] = SampleKind.allCases

    private struct Row {
        var writers: Int
        var rates: [Double] = []
        var bounds: [Double] = []
        var middles: [Double] = []
        var tails: [Double] = []
        var bare: [Double] = []
    }

    func run() throws {
        let folder = FilePath(output.dir).appending("ledger-bench-\(Stopwatch.now)")
        var lines: [String] = []
        for kind in record {
            var rows = writers.map { Row(writers: $0) }
            var leafBytes = 0
            for round in 0..<rounds {
                for place in rows.indices {
                    let log = try BenchLog(
                        in: folder, named: "\(kind.rawValue)-\(rows[place].writers)-\(round)")
                    let ledger = try log.open(
                        syncDelay: syncDelay, durability: durability)
                    let drafts = kind.drafts(1024, for: ledger)
                    leafBytes = drafts[0].completedSize(encodedOrigin: []) - 80
                    let bound = HashBound.measure(leafBytes: leafBytes, seconds: 0.1)
                    let bare = try BareAppend.middle(
                        in: folder, bytes: leafBytes, count: 200)
                    let (rate, latencies) = try ClosedLoop(writers: rows[place].writers).run(
                        on: ledger, drafts: drafts, seconds: seconds)
                    _ = ledger.close()
                    rows[place].rates.append(rate)
                    rows[place].bounds.append(bound)
                    rows[place].middles.append(latencies.microseconds(at: 0.5))
                    rows[place].tails.append(latencies.microseconds(at: 0.99))
                    rows[place].bare.append(bare)
                }
            }
            for row in rows {
                let ratio = zip(row.rates, row.bounds).map { $0 / $1 }.median
                let beside = zip(row.middles, row.bare).map { $0 / $1 }.median
                if output.json {
                    lines.append(
                        #"{"record":"\#(kind.rawValue)","bytes":\#(leafBytes),"writers":\#(row.writers),"appends_per_s":\#(Int(row.rates.median)),"sha256_bound":\#(Int(row.bounds.median)),"of_bound":\#(ratio.text(3)),"p50_us":\#(row.middles.median.text(1)),"p99_us":\#(row.tails.median.text(1)),"bare_append_p50_us":\#(row.bare.median.text(1)),"p50_of_bare":\#(beside.text(2))}"#
                    )
                } else {
                    lines.append(
                        "| \(kind.rawValue), \(leafBytes) B | \(row.writers) | \(Int(row.rates.median)) | \(Int(row.bounds.median)) | \(ratio.text(2)) | \(row.middles.median.text(0)) | \(row.tails.median.text(0)) | \(row.bare.median.text(0)) | \(beside.text(2)) |"
                    )
                }
            }
        }
        if output.json {
            print("[" + lines.joined(separator: ",\n") + "]")
        } else {
            print(
                """
                | record | writers | appends/s | SHA-256 bound/s | ÷ bound | p50 µs | p99 µs | bare append µs | p50 ÷ bare |
                |---|---:|---:|---:|---:|---:|---:|---:|---:|
                """)
            print(lines.joined(separator: "\n"))
        }
        try Folders.remove(folder)
    }
}

extension LogDurability: ExpressibleByArgument {}

/// Which records are appended.
enum SampleKind: String, CaseIterable, ExpressibleByArgument {
    case smallest
    case ordinary

    func drafts(_ count: Int, for ledger: Ledger) -> [RecordDraft] {
        var records = SampleRecords(for: ledger)
        var drafts: [RecordDraft] = []
        for _ in 0..<count {
            switch self {
            case .smallest: drafts.append(records.smallest(at: Stopwatch.wallClock))
            case .ordinary: drafts.append(records.next(at: Stopwatch.wallClock))
            }
        }
        return drafts
    }
}

extension Double {
    func text(_ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (self * scale).rounded() / scale
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
