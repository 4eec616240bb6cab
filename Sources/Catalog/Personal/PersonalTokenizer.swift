// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto
package import Disclosures
internal import LogFormat
package import LogReading
internal import Policy
internal import Synchronization

/// Makes tokens of personal values, under one key for each period.
///
/// The keys are derived from those of the log and kept in memory only (``PeriodKey/tokenKey(_:)``).
package final class PersonalTokenizer: Sendable {
    /// By period; values of a period whose key is gone cannot be found any more, as they should not.
    private let known: Mutex<[Period: SymmetricKey]>

    package init(keys: [Period: SymmetricKey]) { known = Mutex(keys) }

    /// The keys of a log; nil if they are not there or may not be read: personal values are withheld then.
    package convenience init?(_ snapshot: LogSnapshot) throws(LogReadFailure) {
        self.init(keys: [:])
        guard try refresh(snapshot) else { return nil }
    }

    /// Takes the keys that the log has now; whether there are any to take.
    @discardableResult
    package func refresh(_ snapshot: LogSnapshot) throws(LogReadFailure) -> Bool {
        let path = snapshot.path(LogLayout.directorySecret)
        guard let file = try OverlaidFile(path, nil).contents(),
            let secret = DirectorySecret(file: file),
            let periods = try snapshot.periodKeys().contents()
        else { return false }
        var keys: [Period: SymmetricKey] = [:]
        for (period, place) in KeyStoreImage<PeriodSlot>(periods).slots {
            keys[period] = place.slot.key?.tokenKey(secret)
        }
        known.withLock { $0 = keys }
        return true
    }

    private var keys: [Period: SymmetricKey] { known.withLock { $0 } }

    /// Whether values of a month can become tokens.
    func has(_ period: Period) -> Bool { known.withLock { $0[period] != nil } }

    /// A token that an asked value may have.
    struct Wanted: Hashable {
        var value: Int64
        /// Whether it stands for several values: those of a network, below a path, or of one name.
        var isWider: Bool
    }

    /// Prefix lengths that have tokens of their own.
    static let networks: [IPAddress.Family: [Int]] = [.v4: [8, 16, 24], .v6: [32, 48, 64]]

    private func token(_ kind: String, _ text: String, _ key: SymmetricKey) -> Int64 {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array(kind.utf8))
        code.update(data: [0])
        code.update(data: Array(text.utf8))
        var number: UInt64 = 0
        for byte in code.finalize().prefix(8) { number = number << 8 | UInt64(byte) }
        // Positive, and with room for the field beside it.
        return Int64(number >> 3)
    }

    /// The tokens of the values of one record; withheld if there is no key for its period.
    func tokens(
        names: [String], addresses: [String], path: String?, agent: String?, in period: Period
    ) -> PersonalTokens {
        var tokens = PersonalTokens()
        guard let key = keys[period] else {
            if !names.isEmpty { tokens.names = .withheld }
            if !addresses.isEmpty { tokens.address = .withheld }
            if path != nil { tokens.path = .withheld }
            if agent != nil { tokens.agent = .withheld }
            return tokens
        }
        let distinct = Set(names.map(Self.folded)).sorted()
        if !distinct.isEmpty {
            tokens.names = .token(
                PersonalTokens.Token(
                    value: token("names", distinct.joined(separator: "\0"), key),
                    wider: distinct.map { token("name", $0, key) }))
        }
        if !addresses.isEmpty { tokens.address = .token(self.token(of: addresses, key)) }
        if let path {
            let path = SamePath.form(of: path)
            tokens.path = .token(
                PersonalTokens.Token(
                    value: token("path", path, key),
                    wider: Self.starts(of: path).map { token("below", $0, key) }))
        }
        if let agent {
            tokens.agent = .token(PersonalTokens.Token(value: token("agent", agent, key)))
        }
        return tokens
    }

    /// One token for all addresses of a record; where they differ, one for each besides.
    private func token(of addresses: [String], _ key: SymmetricKey) -> PersonalTokens.Token {
        let distinct = Set(addresses.map(Self.canonical)).sorted()
        let networks = Set(addresses.flatMap(Self.networks)).sorted()
        let wider = networks.map { token("network", $0, key) }
        guard distinct.count > 1 else {
            return PersonalTokens.Token(
                value: token("address", distinct.joined(), key), wider: wider)
        }
        return PersonalTokens.Token(
            value: token("addresses", distinct.joined(separator: "\0"), key),
            wider: distinct.map { token("address", $0, key) } + wider)
    }

    /// Every token that a fitting value may have, in any period; nil if any value may fit.
    func wanted(_ test: CatalogTest) -> [Wanted]? {
        let asked: [(String, String, Bool)]? =
            switch (test.field, test.comparison) {
            case (.name, .equals(let text)): [("name", Self.folded(text), true)]
            case (.name, .oneOf(let texts)): texts.map { ("name", Self.folded($0), true) }
            case (.address, .equals(let text)): Self.either("address", Self.canonical(text))
            case (.address, .oneOf(let texts)):
                texts.flatMap { Self.either("address", Self.canonical($0)) }
            case (.address, .network(let address, let bits)): Self.network(address, bits)
            case (.path, .equals(let text)): [("path", SamePath.form(of: text), false)]
            case (.path, .oneOf(let texts)):
                texts.map { ("path", SamePath.form(of: $0), false) }
            case (.path, .prefix(let text)):
                Self.starts(of: SamePath.form(ofBeginning: text)).last.map { [("below", $0, true)] }
            case (.agent, .equals(let text)): [("agent", text, false)]
            case (.agent, .oneOf(let texts)): texts.map { ("agent", $0, false) }
            // There are no tokens of other beginnings and parts: anything may fit.
            case (_, .prefix), (_, .part): nil
            default: []
            }
        return asked?.flatMap { kind, text, isWider in
            keys.values.map { Wanted(value: token(kind, text, $0), isWider: isWider) }
        }
    }

    /// Names are compared without regard to case and composition.
    private static func folded(_ name: String) -> String { name.likeLetters }

    private static func canonical(_ address: String) -> String {
        IPAddress(address).map { "\($0.family.bitCount) \($0.bits)" } ?? address
    }

    private static func networks(of address: String) -> [String] {
        guard let address = IPAddress(address) else { return [] }
        return (networks[address.family] ?? []).map { text(of: address, bits: $0) }
    }

    private static func text(of address: IPAddress, bits: Int) -> String {
        let length = address.family.bitCount
        let start = bits >= length ? address.bits : address.bits >> UInt128(length - bits)
        return "\(length) \(bits) \(start)"
    }

    /// A network of another length is looked for in the next wider one that has tokens.
    private static func network(_ address: IPAddress, _ bits: Int) -> [(String, String, Bool)]? {
        if bits >= address.family.bitCount {
            return either("address", "\(address.family.bitCount) \(address.bits)")
        }
        guard let length = networks[address.family]?.last(where: { $0 <= bits }) else { return nil }
        return [("network", text(of: address, bits: length), true)]
    }

    /// A value by itself, or one of several.
    private static func either(_ kind: String, _ text: String) -> [(String, String, Bool)] {
        [(kind, text, false), (kind, text, true)]
    }

    /// A path up to each of its slashes but the first, the last segments left out where there are very many.
    private static func starts(of path: String) -> [String] {
        var starts: [String] = []
        let bytes = Array(path.utf8)
        for position in bytes.indices.dropFirst()
        where bytes[position] == UInt8(ascii: "/") && starts.count < mostStarts {
            starts.append(String(decoding: bytes[..<position], as: UTF8.self))
        }
        return starts
    }

    private static let mostStarts = 16
}
