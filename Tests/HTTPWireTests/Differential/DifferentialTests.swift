// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Whatever our codec accepts, the stock decoder accepts with equal meaning, however it arrives.
///
/// The reverse does not hold and is not meant to. Where the stock decoder is the stricter one, or reads
/// something else, ``KnownDifference`` says so and why ours is right.
@Suite struct `Against the stock decoder` {
    /// How much more than usual is to be tried; set `COUNTERSIGN_DIFFERENTIAL` for long runs.
    private static let effort =
        ProcessInfo.processInfo.environment["COUNTERSIGN_DIFFERENTIAL"].flatMap { Int($0) } ?? 1

    @Test(arguments: 0..<UInt64(6 * effort))
    func `requests mean the same`(_ seed: UInt64) throws {
        var grammar = MessageGrammar(seed: seed &* 0x1234_5678_9ABC_DEF1)
        var comparison = Comparison()
        for round in 0..<2_000 {
            let bytes = grammar.mutated(latin1(grammar.requests()))
            let ours = OwnReader.requests(grammar.pieces(of: bytes))
            let stock = try StockReader.requests(grammar.pieces(of: bytes))
            comparison.compare(ours, stock, bytes, method: nil, at: (seed, round))
        }
        #expect(
            comparison.messages > 600 && comparison.chunkedBodies > 25 && comparison.faults > 200,
            "\(comparison)")
    }

    @Test(arguments: 0..<UInt64(4 * effort))
    func `responses mean the same`(_ seed: UInt64) throws {
        var grammar = MessageGrammar(seed: seed &* 0xFEDC_BA98_7654_3211 &+ 1)
        var comparison = Comparison()
        for round in 0..<2_000 {
            let (method, text) = grammar.response()
            let bytes = grammar.mutated(latin1(text))
            let ours = OwnReader.response(grammar.pieces(of: bytes), to: method)
            let stock = try StockReader.response(grammar.pieces(of: bytes), to: method)
            comparison.compare(ours, stock, bytes, method: method, at: (seed, round))
            guard !ours.written.isEmpty else { continue }
            let again = try StockReader.response([ours.written], to: method)
            let (read, message) = (again.messages.first, ours.messages.first)
            #expect(
                again.fault == nil && read?.isComplete == true && read?.body == message?.body
                    && read?.start.suffix(3) == message?.start.suffix(3),
                "\((seed, round)): \(String(decoding: ours.written, as: UTF8.self).debugDescription)"
            )
        }
        #expect(
            comparison.messages > 600 && comparison.chunkedBodies > 25 && comparison.faults > 200,
            "\(comparison)")
    }
}

/// Compares what was read, and shows that a run tried what it is meant to try.
private struct Comparison {
    var messages = 0
    var chunkedBodies = 0
    var faults = 0
    var known: [KnownDifference: Int] = [:]

    mutating func compare(
        _ ours: ReadConnection, _ stock: ReadConnection, _ bytes: [UInt8], method: String?,
        at place: (seed: UInt64, round: Int)
    ) {
        count(ours)
        guard let difference = Difference.first(ours: ours, stock: stock) else { return }
        if let known = KnownDifference.explaining(
            difference.index, ours: ours, stock: stock, bytes: bytes, method: method)
        {
            self.known[known, default: 0] += 1
            return
        }
        let text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        Issue.record(
            "\(place), message \(difference.index): \(difference.what)\n\(text.debugDescription)")
    }

    private mutating func count(_ connection: ReadConnection) {
        messages += connection.messages.count
        chunkedBodies += connection.messages.count { message in
            message.isComplete && !message.body.isEmpty
                && !message.values("transfer-encoding").isEmpty
        }
        if connection.fault != nil { faults += 1 }
    }
}
