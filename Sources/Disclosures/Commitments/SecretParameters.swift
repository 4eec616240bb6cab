// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Finds the query parameters whose values should not be kept, by their names.
///
/// Words count, not letters: `access_token`, `accessToken` and `X-Amz-Signature` are secrets,
/// `keyword` and `country_code` are not. Names are read as a service would, with `%74oken` decoded,
/// and parameters of an address that is itself a value are found as well. Others are kept: leave
/// `query` out of `privacy.commit.what` if services take secrets under other names.
enum SecretParameters {
    /// What is kept instead of a value.
    static let replacement: StaticString = "[redacted]"

    /// Where the values are, from first to last, none of them empty; allocates only if there are
    /// some.
    static func values(in query: Span<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var name = ParameterName()
        var value = isOwnKey(query, at: 0) ? 0 : nil as Int?
        var at = 0
        while at < query.count {
            let (byte, width) = decoded(query, at)
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                if let start = value, start < at { found.append(start..<at) }
                value = isOwnKey(query, at: at + width) ? at + width : nil
                name = ParameterName()
            case UInt8(ascii: "=") where value == nil:
                name.end()
                if name.isSecret || isOwnKey(query, at: at + width) {
                    value = at + width
                } else {
                    name = ParameterName()
                }
            default:
                if value == nil { name.take(byte) }
            }
            at += width
        }
        if let start = value, start < at { found.append(start..<at) }
        return found
    }

    /// Whether what begins here looks like a key of this proxy, which is a secret under any name.
    private static func isOwnKey(_ query: Span<UInt8>, at start: Int) -> Bool {
        var at = start
        for place in ownKey.indices {
            guard at < query.count else { return false }
            let (byte, width) = decoded(query, at)
            guard byte == ownKey[place] else { return false }
            at += width
        }
        return true
    }

    /// What API keys begin with: `csk_`.
    private static let ownKey: InlineArray<4, UInt8> = [0x63, 0x73, 0x6B, 0x5F]

    /// A byte and how many bytes of the query encode it.
    private static func decoded(_ query: Span<UInt8>, _ at: Int) -> (UInt8, Int) {
        guard query[at] == UInt8(ascii: "%"), at + 2 < query.count,
            let high = Hex.nibble(lower(query[at + 1])), let low = Hex.nibble(lower(query[at + 2]))
        else { return (query[at], 1) }
        return (high << 4 | low, 3)
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    /// The query with these values replaced.
    static func query(_ query: Span<UInt8>, without values: [Range<Int>]) -> [UInt8] {
        var writer = ByteWriter(capacity: query.count + 16 * values.count)
        var at = 0
        for value in values {
            writer.append(query.extracting(at..<value.lowerBound))
            writer.append(replacement)
            at = value.upperBound
        }
        writer.append(query.extracting(at..<query.count))
        return writer.bytes
    }
}

/// The name of a parameter, read word by word; a word is up to sixteen letters packed into one
/// number.
private struct ParameterName {
    private var word: UInt128 = 0
    private var previous: UInt128 = 0
    private var words = 0
    private var isAfterSmall = false
    private var hasSecretWord = false

    /// Whether the name, once ended, is a secret's.
    private(set) var isSecret = false

    mutating func take(_ byte: UInt8) {
        switch byte {
        case 0x61...0x7A:
            word = word << 8 | UInt128(byte)
            isAfterSmall = true
        case 0x41...0x5A:
            if isAfterSmall { endWord() }
            word = word << 8 | UInt128(byte | 0x20)
            isAfterSmall = false
        // `token2` is a token.
        case 0x30...0x39: break
        default: endWord()
        }
    }

    mutating func end() {
        endWord()
        isSecret = hasSecretWord || (words == 1 && Self.alone.contains(previous))
    }

    private mutating func endWord() {
        isAfterSmall = false
        guard word != 0 else { return }
        hasSecretWord =
            hasSecretWord || Self.anywhere.contains(word)
            || Self.endings.contains { word & $0.mask == $0.word }
            || Self.pairs.contains { $0.first == previous && $0.second == word }
        previous = word
        word = 0
        words += 1
    }

    /// Secrets wherever they are in a name.
    private static let anywhere = [
        "sig", "jwt", "pwd", "cookie", "bearer", "credentials", "sessionid",
    ].map(packed)

    /// Secrets even if joined with other words, as in `accesstoken`.
    private static let endings = [
        "token", "password", "passwd", "passphrase", "secret", "signature", "credential", "apikey",
        "assertion",
    ].map { text in
        (word: packed(text), mask: UInt128.max >> UInt128(128 - 8 * text.utf8.count))
    }

    /// Secrets only as the whole name: `code`, but not `country_code`.
    private static let alone = [
        "code", "key", "session", "sid", "auth", "authorization", "otp", "pass",
    ]
    .map(packed)

    private static let pairs = [
        ("api", "key"), ("access", "key"), ("private", "key"), ("signing", "key"),
        ("shared", "key"), ("account", "key"), ("auth", "code"), ("authorization", "code"),
        ("access", "code"), ("verification", "code"), ("reset", "code"), ("session", "id"),
        ("session", "key"), ("auth", "key"),
    ].map { (first: packed($0), second: packed($1)) }

    private static func packed(_ text: String) -> UInt128 {
        text.utf8.reduce(0) { $0 << 8 | UInt128($1) }
    }
}
