// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Identity
import TestSupport

/// What the most expensive tokens cost compared with an ordinary one of the same length.
///
/// A reader that is quadratic anywhere would take thousands of times as long for one of them.
struct TokenBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "The cost of bearer tokens that were made to be slow, beside an ordinary one.")

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Runs of each token; the fastest counts.")
    var runs = 200

    @Option(help: "Fail where a token costs more than so many ordinary ones.")
    var most: Double?

    func run() throws {
        let verifier = try TokenVerifier([Provider.trusted()], digestKey: Provider.digestKey)
        let usual = try fastest(Provider.ordinaryLongToken, verifier)
        var rows: [(name: String, bytes: Int, nanoseconds: UInt64)] = []
        for token in try Provider.slowTokens {
            rows.append((token.name, token.text.utf8.count, fastest(token.text, verifier)))
        }
        let large = String(repeating: "x", count: 1 << 20)
        let mebibyte = try Provider.token(Provider.claims.with("large", "\"\(large)\""))
        rows.append(("a mebibyte", mebibyte.utf8.count, fastest(mebibyte, verifier)))
        if json {
            let figures = rows.map {
                "{\"token\":\"\($0.name)\",\"bytes\":\($0.bytes),\"ns\":\($0.nanoseconds)}"
            }
            print("{\"ordinary_ns\":\(usual),\"tokens\":[\(figures.joined(separator: ","))]}")
        } else {
            print("| token | bytes | µs | × ordinary |\n|---|---:|---:|---:|")
            print("| ordinary, as long | | \((Double(usual) / 1000).text(0)) | 1.0 |")
            for row in rows {
                let ratio = Double(row.nanoseconds) / Double(usual)
                print(
                    "| \(row.name) | \(row.bytes) | \((Double(row.nanoseconds) / 1000).text(0)) "
                        + "| \(ratio.text(1)) |")
            }
        }
        guard let most else { return }
        let tooSlow = rows.filter { Double($0.nanoseconds) > Double(usual) * most }
        guard tooSlow.isEmpty else {
            throw BenchFault.stopped(
                "more than \(most) ordinary tokens: "
                    + tooSlow.map(\.name).joined(separator: ", "))
        }
    }

    private func fastest(_ token: String, _ verifier: TokenVerifier) -> UInt64 {
        let bytes = Array(token.utf8)
        var fastest = UInt64.max
        for _ in 0..<max(1, runs) {
            let start = Stopwatch.now
            _ = verifier.verify(bytes.span, certificateThumbprint: nil, now: Provider.now)
            fastest = min(fastest, Stopwatch.now - start)
        }
        return fastest
    }
}
