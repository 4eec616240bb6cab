// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Identity
import TestSupport

/// What the most expensive tokens cost beside an ordinary one of the same length.
///
/// A reader that is quadratic anywhere would need thousands of times as long for one of them.
struct TokenBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "The cost of bearer tokens that were made to be slow, beside an ordinary one.")

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Runs of each token; the fastest counts.")
    var runs = 200

    @Option(help: "Fail where a token costs more than so many ordinary ones; 0 for no limit.")
    var most = 0.0

    func run() throws {
        let verifier = try TokenVerifier([Provider.trusted()], digestKey: Provider.digestKey)
        let usual = try fastest(Self.token("large", Self.string(11_000, of: "x")), verifier)
        var rows: [(name: String, bytes: Int, nanoseconds: UInt64)] = []
        for (name, token) in try Self.slow {
            rows.append((name, token.utf8.count, fastest(token, verifier)))
        }
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
        let tooSlow = rows.filter { Double($0.nanoseconds) > Double(usual) * most }
        guard most == 0 || tooSlow.isEmpty else {
            throw ValidationError(
                "cost more than \(most) ordinary tokens: "
                    + tooSlow.map(\.name).joined(separator: ", "))
        }
    }

    /// Each as long as a token may be, but for the last.
    private static var slow: KeyValuePairs<String, String> {
        get throws {
            let names = (0..<1_000).map { "\"a\($0)\":0" }.joined(separator: ",")
            return [
                "nested arrays": try token("deep", text(5_000, "[") + text(5_000, "]")),
                "many values": try token("many", "[" + text(5_400, "0,") + "0]"),
                "escapes": try token("esc", string(1_800, of: "\\u0041")),
                "many members": try token("names", "{" + names + "}"),
                "dots alone": text(16_000, "."),
                "a mebibyte": try token("large", string(1 << 20, of: "x")),
            ]
        }
    }

    private static func text(_ count: Int, _ unit: String) -> String {
        String(repeating: unit, count: count)
    }

    private static func string(_ count: Int, of unit: String) -> String {
        "\"\(text(count, unit))\""
    }

    private static func token(_ claim: String, _ json: String) throws -> String {
        try Provider.token(Provider.claims.with(claim, json))
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
