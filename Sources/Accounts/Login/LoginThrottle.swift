// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// How long whoever failed to log in has to wait before the next attempt. Attempts are delayed and never locked out:
/// the longest delay of an address is a minute, that of a name ten seconds.
///
/// A name is delayed for addresses from which it has not
/// logged in before, so that somebody else's guessing does not keep its holder out.
package struct LoginThrottle: Sendable {
    /// What is held against an address or a name.
    private struct Failures {
        var count = 0
        var last: UTCInstant
        var until: UTCInstant
    }

    /// A name at a place.
    private struct Attempted: Hashable {
        var name: String
        var place: LoginPlace
    }

    /// Failures that cost nothing.
    static let freeOfAddress = 5
    static let freeOfName = 20
    static let longestOfAddress = Duration.seconds(60)
    static let longestOfName = Duration.seconds(10)
    /// After so long without a failure, earlier ones are forgotten.
    static let memory = Duration.seconds(3600)
    static let most = 10_000

    private var addresses: [LoginPlace: Failures] = [:]
    private var names: [String: Failures] = [:]
    /// Where names have logged in from.
    private var known: [Attempted: UTCInstant] = [:]
    /// How many of an address's failures were with a name.
    private var mistakes: [Attempted: Int] = [:]

    package init() {}

    /// How long until an attempt is taken; nil: now.
    package func delay(name: String, from place: LoginPlace, now: UTCInstant) -> Duration? {
        var ends = [addresses[place]?.until]
        if known[Attempted(name: name, place: place)] == nil { ends.append(names[name]?.until) }
        guard let end = ends.compactMap(\.self).max(), end > now else { return nil }
        return end.since(now)
    }

    /// An attempt was wrong.
    package mutating func failed(name: String, from place: LoginPlace, now: UTCInstant) {
        let attempted = Attempted(name: name, place: place)
        Self.count(
            place, in: &addresses, free: Self.freeOfAddress,
            longest: Self.longestOfAddress, now)
        if mistakes.count >= Self.most, mistakes[attempted] == nil { mistakes.removeAll() }
        mistakes[attempted, default: 0] += 1
        Self.count(
            name, in: &names, free: Self.freeOfName, longest: Self.longestOfName, now)
    }

    /// An attempt was right: its place is known, and earlier mistakes with the name are forgiven. Those with other names
    /// are not, or whoever has one account could guess at the others for ever.
    package mutating func succeeded(name: String, from place: LoginPlace, now: UTCInstant) {
        if let own = mistakes.removeValue(forKey: Attempted(name: name, place: place)),
            var failures = addresses[place]
        {
            failures.count = max(0, failures.count - own)
            if failures.count < Self.freeOfAddress { failures.until = now }
            addresses[place] = failures
        }
        if known.count >= Self.most, let oldest = known.min(by: { $0.value < $1.value }) {
            known[oldest.key] = nil
        }
        known[Attempted(name: name, place: place)] = now
    }

    private static func count<Key: Hashable>(
        _ key: Key, in table: inout [Key: Failures], free: Int, longest: Duration,
        _ now: UTCInstant
    ) {
        if table.count >= most, table[key] == nil,
            let oldest = table.min(by: { $0.value.last < $1.value.last })
        {
            table[oldest.key] = nil
        }
        var failures = table[key] ?? Failures(last: now, until: now)
        if now.since(failures.last) > memory { failures.count = 0 }
        failures.count += 1
        failures.last = now
        let beyond = failures.count - free
        if beyond >= 0 {
            let delay = min(.seconds(1 << min(beyond, 6)), longest)
            failures.until = now.advanced(by: delay)
        }
        table[key] = failures
    }
}
