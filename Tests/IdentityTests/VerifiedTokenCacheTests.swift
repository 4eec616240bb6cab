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
    private static let issuer = CredentialSource.issuer("https://one.example")
    private let later = UTCInstant(microseconds: Provider.now.microseconds + 1_000_000)

    private func cache(entries: Int = 4, bytes: Int = 1 << 20) -> VerifiedTokenCache<Kept> {
        var random = SeededGenerator(seed: 1)
        return VerifiedTokenCache(
            mostEntries: entries, mostBytes: bytes, generations: generations(), random: &random)
    }

    private func generations(
        keys: UInt64 = 1, one: UInt64? = 1, two: UInt64 = 1
    ) -> CredentialGenerations {
        var issuers = ["https://two.example": SourcesGeneration(two)]
        issuers["https://one.example"] = one.map { SourcesGeneration($0) }
        return CredentialGenerations(keys: SourcesGeneration(keys), issuers: issuers)
    }

    @discardableResult
    private func keep(
        _ value: Int, _ token: String, in cache: VerifiedTokenCache<Kept>,
        from source: CredentialSource = Self.issuer, generation: SourcesGeneration = Self.first,
        until: UTCInstant? = nil, now: UTCInstant = Provider.now
    ) -> RememberedCredential? {
        let bytes = Array(token.utf8)
        return cache.keep(
            Kept(value), for: bytes.span, as: .bearer, from: source, generation: generation,
            until: until ?? later, now: now)
    }

    private func value(
        _ token: String, in cache: VerifiedTokenCache<Kept>,
        as form: ShownCredential.Form = .bearer, now: UTCInstant = Provider.now
    ) -> Int? {
        let bytes = Array(token.utf8)
        return cache.find(bytes.span, as: form, now: now).map { cache.value(of: $0).number }
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
            let token = String(repeating: "a", count: length)
            keep(1, token, in: cache)
            #expect(value(token, in: cache) == 1)
            for at in 0..<length {
                var changed = Array(token.utf8)
                changed[at] ^= 1
                #expect(value(String(decoding: changed, as: UTF8.self), in: cache) == nil)
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
        #expect(keep(1, "t", in: cache, now: later) == nil)
        #expect(cache.count == 0)
    }

    @Test func `A changed source ends what it vouched for, and nothing else`() {
        let cache = cache()
        let two = CredentialSource.issuer("https://two.example")
        keep(1, "one", in: cache)
        keep(2, "two", in: cache, from: two)
        keep(3, "key", in: cache, from: .apiKeys)
        cache.adopt(generations(one: 2))
        #expect(value("one", in: cache) == nil)
        #expect(value("two", in: cache) == 2)
        #expect(value("key", in: cache) == 3)
        cache.adopt(generations(keys: 3, one: 2))
        #expect(value("two", in: cache) == 2)
        #expect(value("key", in: cache) == nil)
        #expect(cache.count == 1)
        #expect(cache.byteCount == 3)
        cache.forgetAll()
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
    }

    @Test func `An issuer that is none of ours any more vouches for nobody`() {
        let cache = cache()
        keep(1, "one", in: cache)
        cache.adopt(generations(one: nil))
        #expect(value("one", in: cache) == nil)
        #expect(keep(1, "one", in: cache) == nil)
        cache.adopt(generations(one: 3))
        #expect(value("one", in: cache) == nil)
    }

    @Test func `What was verified by a source that has changed meanwhile is not kept`() {
        let cache = cache()
        cache.adopt(generations(one: 2))
        #expect(keep(1, "one", in: cache) == nil)
        #expect(keep(1, "one", in: cache, generation: SourcesGeneration(2)) != nil)
        #expect(value("one", in: cache) == 1)
    }

    @Test func `A credential is none where it is shown in another form`() {
        let cache = cache()
        keep(1, "one", in: cache)
        #expect(value("one", in: cache, as: .dpop) == nil)
        #expect(value("one", in: cache, as: .apiKey) == nil)
        #expect(value("one", in: cache) == 1)
    }

    @Test func `ForgottenIsForgotten: whoever still has a credential is told`() throws {
        func holds(
            _ kept: RememberedCredential, as form: ShownCredential.Form = .bearer,
            now: UTCInstant = Provider.now
        ) -> Bool {
            let bytes = Array("one".utf8)
            return kept.holds(bytes.span, as: form, now: now)
        }
        func forgotten(_ letGo: (VerifiedTokenCache<Kept>) -> Void) throws -> Bool {
            let cache = cache(entries: 1)
            let kept = try #require(keep(1, "one", in: cache))
            #expect(holds(kept))
            #expect(!holds(kept, as: .dpop))
            #expect(!holds(kept, now: later))
            letGo(cache)
            return !holds(kept)
        }
        #expect(try !forgotten { $0.adopt(generations(two: 2)) })
        #expect(try forgotten { $0.adopt(generations(one: 2)) })
        #expect(try forgotten { $0.forgetAll() })
        // Kept again, ended, and driven out by another.
        #expect(try forgotten { keep(2, "one", in: $0) })
        #expect(try forgotten { _ = value("one", in: $0, now: later) })
        #expect(try forgotten { keep(2, "two", in: $0) })
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
            now.microseconds += Int64.random(in: 0..<10, using: &random)
            if Bool.random(using: &random) {
                let until = now.microseconds + Int64.random(in: 0..<300, using: &random)
                keep(step, token, in: cache, until: UTCInstant(microseconds: until), now: now)
                if until > now.microseconds { model[token] = (step, until) }
            } else if let found = value(token, in: cache, now: now) {
                #expect(model[token]?.value == found)
                #expect(now.microseconds < model[token]?.until ?? .min)
            }
            #expect(cache.count <= 16)
            #expect(cache.byteCount <= 400)
        }
    }
}
