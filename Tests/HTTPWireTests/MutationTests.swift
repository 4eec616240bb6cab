// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

/// A small generator with a seed, so that a failure can be had again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct `A mutated message` {
    private static let seeds: [String] = [
        "GET /a/b%20c?d=e HTTP/1.1\r\nHost: a.example:8080\r\nAccept: */*\r\n\r\n",
        "POST /%61 HTTP/1.1\r\nhost:a\r\nContent-Length: 12\r\nConnection: x-a, close\r\nX-A: 1\r\n\r\n",
        "PUT http://[::1]:80/x HTTP/1.0\r\nHost: [::1]:80\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n",
        "PATCH /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    ]
    private static let spice: [[UInt8]] = [
        "\r\n", "\n", "\r", " ", "\t", "\u{0}", ":", ",", "%2e", "%2f", "/", "//", "..", "_",
        "\u{FF}",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "0", ";", "=",
        "?",
        "HTTP/1.1", "%25", "41", "\u{80}", "close",
    ].map(latin1)

    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2:
                bytes.insert(contentsOf: Self.spice.randomElement(using: &random) ?? [], at: place)
            case 3: bytes[place] ^= 0x20
            default:
                let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
            if bytes.isEmpty { bytes = [0x41] }
        }
        return bytes
    }

    /// Whatever is accepted must mean the same however it arrives, and the same to the next reader.
    @Test(arguments: 0..<8) func `means the same to every reader`(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) &* 0x1234_5678_9ABC_DEF1)
        var accepted = 0
        for _ in 0..<400 {
            let text = try #require(Self.seeds.randomElement(using: &random))
            let bytes = mutate(latin1(text), &random)
            let (burst, head) = outcome(
                bytes, .burst, limits: .standard)
            for delivery in [Delivery.byteByByte, .threes] {
                let (other, _) = outcome(
                    bytes, delivery, limits: .standard)
                #expect(other == burst, "\(String(decoding: bytes, as: UTF8.self))")
            }
            guard let head else { continue }
            accepted += 1
            try requireStable(head)
        }
        #expect(accepted > 10)
    }

    /// What we write is accepted by ourselves and says the same; written again it does not change.
    private func requireStable(_ head: RequestHead) throws {
        var once: [UInt8] = []
        head.append(
            toUpstream: &once, framing: head.framing, forwarded: .stripAll, adding: AddedFields(),
            dropping: [])
        let again = try parse(once)
        #expect(again.string(of: again.target) == head.string(of: head.target))
        #expect(again.string(of: again.authority) == head.string(of: head.authority))
        #expect(again.framing == head.framing)
        #expect(again.method == head.method)
        var twice: [UInt8] = []
        again.append(
            toUpstream: &twice, framing: again.framing, forwarded: .stripAll, adding: AddedFields(),
            dropping: [])
        #expect(once == twice)
    }

    @Test(arguments: 0..<4) func `of chunks is the same however it arrives`(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 0xFEDC_BA98_7654_3211)
        let text = latin1("5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nX: 1\r\n\r\n")
        for _ in 0..<500 {
            let bytes = mutate(text, &random)
            _ = body(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
        }
    }
}
