// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Identity

/// Who is logged in. A session is known by the digest of its secret, which only its browser has.
///
/// Sessions are in memory: when the proxy starts again, everybody logs in again.
struct SessionTable {
    /// How long a session may be unused.
    static let idle = Duration.seconds(30 * 60)
    /// How long it lasts however much it is used.
    static let longest = Duration.seconds(12 * 3600)
    static let most = 1000
    /// Of one account.
    static let mostOfOne = 20

    struct Session {
        let account: String
        /// Of the account at the login: another one ends the session.
        let generation: UInt32
        let hint: String
        let opened: UTCInstant
        var used: UTCInstant
    }

    private var sessions: [APIKeyDigest: Session] = [:]

    var count: Int { sessions.count }

    /// - Parameter digest: of its secret.
    mutating func open(_ digest: APIKeyDigest, _ session: Session) {
        let own = sessions.filter { $0.value.account == session.account }
        if own.count >= Self.mostOfOne { drop(leastUsedOf: own) }
        if sessions.count >= Self.most { drop(leastUsedOf: sessions) }
        sessions[digest] = session
    }

    /// A session that is still open, used now.
    mutating func use(_ digest: APIKeyDigest, in book: AccountBook, now: UTCInstant) -> Session? {
        guard var session = sessions[digest] else { return nil }
        guard isOpen(session, in: book, now: now) else {
            sessions[digest] = nil
            return nil
        }
        session.used = max(session.used, now)
        sessions[digest] = session
        return session
    }

    /// Whether an account has a session of this hint that is still open; no use of it.
    func isOpen(
        _ hint: String, of account: String, in book: AccountBook, now: UTCInstant
    ) -> Bool {
        sessions.values.contains {
            $0.account == account && $0.hint == hint && isOpen($0, in: book, now: now)
        }
    }

    private func isOpen(_ session: Session, in book: AccountBook, now: UTCInstant) -> Bool {
        guard session.opened.microseconds <= now.microseconds,
            now < session.used.advanced(by: Self.idle),
            now < session.opened.advanced(by: Self.longest),
            let account = book.account(id: session.account)
        else { return false }
        return account.removed == nil && account.generation == session.generation
    }

    /// - Returns: the session that was open.
    mutating func close(_ digest: APIKeyDigest) -> Session? {
        sessions.removeValue(forKey: digest)
    }

    private mutating func drop(leastUsedOf candidates: [APIKeyDigest: Session]) {
        let oldest = candidates.min { $0.value.used < $1.value.used }
        if let oldest { sessions[oldest.key] = nil }
    }
}

extension UTCInstant {
    /// So much later.
    func advanced(by duration: Duration) -> UTCInstant {
        let (seconds, attoseconds) = duration.components
        return UTCInstant(
            microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// How much later this is than another moment.
    func since(_ other: UTCInstant) -> Duration { .microseconds(microseconds - other.microseconds) }
}
