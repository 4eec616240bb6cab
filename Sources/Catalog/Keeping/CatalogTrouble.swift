// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogReading

/// What is wrong with a catalog, since when, and when it is tried again.
struct CatalogTrouble {
    private(set) var failure: CatalogFollowFailure?
    private var since = Duration.zero
    private var nextTry = Duration.zero
    private var wait = shortest

    private static let shortest = Duration.seconds(1)
    private static let longest = Duration.seconds(60)

    /// Whether it is time to try again, or nothing is wrong.
    func isOver(at uptime: Duration) -> Bool { failure == nil || uptime >= nextTry }

    /// Something went wrong.
    ///
    /// - Returns: whether that is news: the same thing is told once, however long it lasts.
    mutating func met(_ failure: CatalogFollowFailure, at uptime: Duration) -> Bool {
        let isNews = self.failure?.isLike(failure) != true
        if self.failure == nil { since = uptime }
        self.failure = failure
        nextTry = uptime + wait
        wait = min(wait * 2, Self.longest)
        return isNews
    }

    /// Nothing is wrong any more.
    ///
    /// - Returns: how long it was; nil if nothing was wrong.
    mutating func end(at uptime: Duration) -> Duration? {
        guard failure != nil else { return nil }
        defer { self = CatalogTrouble() }
        return uptime - since
    }
}

extension CatalogFollowFailure {
    /// Whether another one is of the same kind, whatever its words.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.log(let one), .log(let other)): one.code == other.code
        case (.catalog(let one), .catalog(let other)): one.code == other.code
        default: false
        }
    }
}
