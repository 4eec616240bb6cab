// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Identity
import TestSupport
import Testing

@Suite struct VerifiedTokenCacheTests {
    private final class Kept: ExpressibleByIntegerLiteral, Equatable {
        let number: Int

        init(_ number: Int) { self.number = number }
        init(integerLiteral number: Int) { self.number = number }

        static func == (one: Kept, other: Kept) -> Bool { one.number == other.number }
    }

    private static let first = SourcesGeneration(1)
    private let later = UTCInstant(microseconds: Provider.now.microseconds + 1_000_000)

    private func cache(entries: Int = 4, bytes: Int = 1 << 20) -> VerifiedTokenCache<Kept> {
        var random = SeededGenerator(seed: 1)
        return VerifiedTokenCache(
            mostEntries: entries, mostBytes: bytes, generation: Self.first, random: &random)
    }

    private func keep(_ value: Int, _ token: String, in cache: VerifiedTokenCache<Kept>) {
        let bytes = Array(token.utf8)
        cache.keep(
            Kept(value), for: bytes.span, until: later, generation: Self.first, now: Provider.now)
    }

    private func value(
        _ token: String, in cache: VerifiedTokenCache<Kept>,
        generation: SourcesGeneration = Self.first, now: UTCInstant = Provider.now
    ) -> Int? {
        let bytes = Array(token.utf8)
        return cache.value(for: bytes.span, generation: generation, now: now)?.number
    }

    @Test func `What was kept is found for exactly the same bytes`() {
        let cache = cache()
        keep(1, "token-one", in: cache)
        #expect(value("token-one", in: cache) == 1)
        for other in ["token-onE", "token-on", "token-one ", "", "Token-one"] {
            #expect(value(other, in: cache) == nil)
        }
    }

    @Test func `Tokens of every length up to some words are told apart in every byte`() {
        for length in 0...33 {
            let cache = cache()
            let token = [UInt8](repeating: 0x61, count: length)
            cache.keep(1, for: token.span, until: later, generation: Self.first, now: Provider.now)
            #expect(cache.value(for: token.span, generation: Self.first, now: Provider.now) == 1)
            for at in token.indices {
                var changed = token
                changed[at] ^= 1
                #expect(
                    cache.value(for: changed.span, generation: Self.first, now: Provider.now) == nil
                )
            }
        }
    }

    @Test func `Equal hashes alone would not do, for the bytes are compared to the last`() {
        func same(_ one: [UInt8], _ two: [UInt8]) -> Bool { one.span.holdsSameBytes(as: two.span) }
        for length in 0...33 {
            let token = [UInt8](repeating: 0x61, count: length)
            #expect(same(token, token))
            #expect(!same(token, token + [0]))
            for at in token.indices {
                var changed = token
                changed[at] ^= 0x80
                #expect(!same(token, changed))
            }
        }
    }

    @Test func `An entry ends exactly at its time and is gone then`() {
        let cache = cache()
        keep(1, "t", in: cache)
        #expect(value("t", in: cache, now: UTCInstant(microseconds: later.microseconds - 1)) == 1)
        #expect(value("t", in: cache, now: later) == nil)
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
    }

    @Test func `A token that has ended is not kept`() {
        let cache = cache()
        let bytes = Array("t".utf8)
        cache.keep(1, for: bytes.span, until: later, generation: Self.first, now: later)
        #expect(cache.count == 0)
    }

    @Test func `Another generation empties the cache, whoever notices it first`() {
        let next = SourcesGeneration(2)
        let read = cache()
        keep(1, "t", in: read)
        #expect(value("t", in: read, generation: next) == nil)
        #expect(read.count == 0)
        #expect(value("t", in: read) == nil)
        let written = cache()
        keep(1, "t", in: written)
        let bytes = Array("u".utf8)
        written.keep(2, for: bytes.span, until: later, generation: next, now: Provider.now)
        #expect(written.count == 1)
        #expect(written.byteCount == 1)
        #expect(value("u", in: written, generation: next) == 2)
    }

    @Test func `The number of entries is bounded`() {
        let cache = cache(entries: 4)
        for number in 0..<1000 {
            keep(number, "token-\(number)", in: cache)
            #expect(cache.count == min(number + 1, 4))
            #expect(value("token-\(number)", in: cache) == number)
        }
    }

    @Test func `The bytes of all tokens are bounded`() {
        let cache = cache(entries: 1000, bytes: 100)
        for number in 0..<50 {
            keep(number, String(repeating: "x", count: number) + "!", in: cache)
            #expect(cache.byteCount <= 100)
        }
        #expect(value(String(repeating: "x", count: 49) + "!", in: cache) == 49)
        keep(1, String(repeating: "y", count: 101), in: cache)
        #expect(value(String(repeating: "y", count: 101), in: cache) == nil)
        keep(2, String(repeating: "y", count: 100), in: cache)
        #expect(cache.count == 1)
    }

    @Test func `What is in use stays when the cache is full`() {
        let cache = cache(entries: 8)
        keep(0, "hot", in: cache)
        for number in 1..<200 {
            #expect(value("hot", in: cache) == 0)
            keep(number, "cold-\(number)", in: cache)
        }
        #expect(value("hot", in: cache) == 0)
    }

    @Test func `A cache of one entry works`() {
        let cache = cache(entries: 1)
        keep(1, "a", in: cache)
        #expect(value("a", in: cache) == 1)
        keep(2, "b", in: cache)
        #expect(value("a", in: cache) == nil)
        #expect(value("b", in: cache) == 2)
    }

    @Test func `Keeping a token again replaces its value`() {
        let cache = cache()
        keep(1, "a", in: cache)
        keep(2, "a", in: cache)
        #expect(cache.count == 1)
        #expect(cache.byteCount == 1)
        #expect(value("a", in: cache) == 2)
    }

    @Test(arguments: 0..<20)
    func `It never holds more or other than a dictionary would`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let cache = cache(entries: 16, bytes: 400)
        var model: [String: (value: Int, until: Int64)] = [:]
        var now = Provider.now
        for step in 0..<2000 {
            let number = Int.random(in: 0..<40, using: &random)
            let token = String(repeating: "t", count: number) + "\(number)"
            let bytes = Array(token.utf8)
            now.microseconds += Int64.random(in: 0..<10, using: &random)
            if Bool.random(using: &random) {
                let until = now.microseconds + Int64.random(in: 0..<300, using: &random)
                cache.keep(
                    Kept(step), for: bytes.span, until: UTCInstant(microseconds: until),
                    generation: Self.first, now: now)
                if until > now.microseconds { model[token] = (step, until) }
            } else if let found = cache.value(for: bytes.span, generation: Self.first, now: now) {
                #expect(model[token]?.value == found.number)
                #expect(now.microseconds < model[token]?.until ?? .min)
            }
            #expect(cache.count <= 16)
            #expect(cache.byteCount <= 400)
        }
    }
}
