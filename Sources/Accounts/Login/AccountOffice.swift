// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Identity
internal import NIOPosix
internal import Synchronization

/// Who is at the admin address: logs people in and out, knows their sessions and tokens, and has changes made.
///
/// Whatever lets somebody in is recorded before it does (`RecordedBeforeInForce`): where the log takes no record,
/// nobody is let in.
package final class AccountOffice: Sendable {
    private struct State {
        var book: AccountBook
        var sessions = SessionTable()
        var throttle = LoginThrottle()
        var link: SetUpLink?
        /// Attempts that were not looked at since the last record of one that was.
        var heldBack: UInt64 = 0
        /// Tokens whose use is being noted.
        var noting: Set<String> = []
    }

    private let state: Mutex<State>
    private let hashing: HashingQueue
    private let keeping: AccountKeeping
    private let now: @Sendable () -> UTCInstant
    private let hints = SecretHints()
    /// What is compared with where there is no account, so that it takes as long.
    private let decoy: PasswordHash
    private let parameters: Argon2Parameters
    private let threads = NIOThreadPool.singleton

    /// How old the noted use of a token may be.
    private static let usePrecision = Duration.seconds(3600)

    /// - Parameter parameters: of new hashes.
    package init(
        _ book: AccountBook, keeping: AccountKeeping, hashing: HashingQueue = HashingQueue(),
        parameters: Argon2Parameters = .current, now: @escaping @Sendable () -> UTCInstant
    ) {
        state = Mutex(State(book: book))
        self.keeping = keeping
        self.hashing = hashing
        self.parameters = parameters
        self.now = now
        var random = SystemRandomNumberGenerator()
        decoy = .decoy(parameters, random: &random)
    }

    /// What the accounts file holds.
    package var book: AccountBook { state.withLock { $0.book } }

    /// Takes what the accounts file holds now, after somebody else changed it.
    package func adopt(_ book: AccountBook) { state.withLock { $0.book = book } }

    // MARK: Passwords

    /// Compares a name and a password, and opens a session.
    ///
    /// An unknown name costs what a known one does, and is answered alike.
    package func logIn(
        name entered: String, password: [UInt8], from place: LoginPlace
    ) async throws(LoginRefusal) -> OpenedSession {
        let account = try await checked(entered, password, from: place)
        let secret = Self.secret()
        let digest = Self.digest(secret)
        let hint = hints.hint(of: Array(secret.utf8))
        let identity = AccountIdentity(account, rights: account.rights, session: hint)
        try await record(.logOn(account: account.id), .account(identity))
        let time = now()
        // Between the comparison and now, somebody may have changed the account.
        let isStill = state.withLock { state in
            guard let current = state.book.account(id: account.id), current.removed == nil,
                current.generation == account.generation
            else { return false }
            state.sessions.open(
                digest,
                SessionTable.Session(
                    account: account.id, generation: account.generation, hint: hint, opened: time,
                    used: time))
            return true
        }
        guard isStill else { throw .wrong }
        return OpenedSession(
            secret: secret, session: held(identity, secret, opened: time))
    }

    /// The account whose name and password these are.
    private func checked(
        _ entered: String, _ bytes: [UInt8], from place: LoginPlace
    ) async throws(LoginRefusal) -> Account {
        let password: Password
        do throws(Password.Fault) {
            password = try Password(entered: bytes)
        } catch {
            throw .password(error)
        }
        let name = AccountName(entered)
        let key = name?.text ?? ""
        let asked = now()
        let (delay, account) = state.withLock { state in
            let delay = state.throttle.delay(name: key, from: place, now: asked)
            if delay != nil { state.heldBack += 1 }
            return (delay, name.flatMap { state.book.account(named: $0) })
        }
        if let delay { throw .later(delay) }
        let hash = account?.hash ?? decoy
        let isRight = try await hashed { try hash.matches(password) }
        let answered = now()
        guard isRight, let account else {
            let heldBack = state.withLock { state in
                state.throttle.failed(name: key, from: place, now: answered)
                defer { state.heldBack = 0 }
                return state.heldBack
            }
            try await record(.refused(account: account?.id, heldBack: heldBack), .nobody)
            throw .wrong
        }
        state.withLock { $0.throttle.succeeded(name: key, from: place, now: answered) }
        if hash.parameters.isWeaker(than: parameters) {
            try await rehash(password, of: account)
        }
        return account
    }

    /// Stores a stronger hash of a password that was just shown.
    private func rehash(_ password: Password, of account: Account) async throws(LoginRefusal) {
        let hash = try await hash(password)
        try await commit(.rehash(account: account.id, hash), by: .nobody)
    }

    /// Gives the holder of a session another password. All of their sessions end, this one, too.
    package func changePassword(
        of session: HeldSession, from old: [UInt8], to new: [UInt8], at place: LoginPlace
    ) async throws(LoginRefusal) {
        let name = session.identity.name
        let account = try await checked(name.text, old, from: place)
        let hash = try await hash(try chosen(new, for: account.name))
        try await commit(.setPassword(account.name, hash), by: .account(session.identity))
    }

    private func chosen(
        _ bytes: [UInt8], for name: AccountName
    ) throws(LoginRefusal) -> Password {
        do throws(Password.Fault) {
            return try Password(chosen: bytes, for: name)
        } catch {
            throw .password(error)
        }
    }

    private func hash(_ password: Password) async throws(LoginRefusal) -> PasswordHash {
        try await hashed { [parameters] in
            var random = SystemRandomNumberGenerator()
            return try PasswordHash(password, parameters, random: &random)
        }
    }

    private func hashed<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws(LoginRefusal) -> Value {
        do {
            return try await hashing.run(work)
        } catch {
            // No turn, or no memory: both pass.
            throw .busy
        }
    }

    // MARK: Sessions and tokens

    /// The session of a cookie.
    package func session(_ secret: String) -> HeldSession? {
        let digest = Self.digest(secret)
        let time = now()
        return state.withLock { state in
            guard let session = state.sessions.use(digest, in: state.book, now: time),
                let account = state.book.account(id: session.account)
            else { return nil }
            return held(
                AccountIdentity(account, rights: account.rights, session: session.hint), secret,
                opened: session.opened)
        }
    }

    private func held(
        _ identity: AccountIdentity, _ secret: String, opened: UTCInstant
    ) -> HeldSession {
        HeldSession(
            identity: identity,
            csrfToken: Base64URL.encode(
                hints.derived(from: Array(secret.utf8), for: "csrf").prefix(16)),
            expires: opened.advanced(by: SessionTable.longest))
    }

    /// Ends a session, at once; the record follows.
    package func logOut(_ secret: String) async throws(LoginRefusal) {
        guard let session = session(secret) else { throw .noSession }
        _ = state.withLock { $0.sessions.close(Self.digest(secret)) }
        try await record(.logOff(account: session.identity.id), .account(session.identity))
    }

    /// Whose access token a text is. Its use is noted, to the hour.
    package func identity(token text: String) async throws(LoginRefusal) -> AccountIdentity? {
        let time = now()
        let bytes = Array(text.utf8)
        let (found, isDue) = state.withLock { state in
            guard let found = state.book.identity(token: bytes.span, now: time) else {
                return (AccountIdentity?.none, false)
            }
            let isOld = found.token.lastUsed.map { time.since($0) >= Self.usePrecision } ?? true
            let isDue = isOld && state.noting.insert(found.token.id).inserted
            return (found.identity, isDue)
        }
        guard let found, let token = found.token, isDue else { return found }
        defer { _ = state.withLock { $0.noting.remove(token) } }
        try await commit(.noteUse(token: token), by: .account(found))
        return found
    }

    /// Somebody who was let in earlier, with what they may now; nil once the session is over, or the token no longer
    /// good. Is no use of either.
    package func present(_ identity: AccountIdentity) -> AccountIdentity? {
        let time = now()
        return state.withLock { state in
            if let token = identity.token { return state.book.identity(token: token, now: time) }
            guard let hint = identity.session,
                state.sessions.isOpen(hint, of: identity.id, in: state.book, now: time),
                let account = state.book.account(id: identity.id)
            else { return nil }
            return AccountIdentity(account, rights: account.rights, session: hint)
        }
    }

    /// Records that somebody lacks a right for what they asked for.
    package func deny(
        _ identity: AccountIdentity, _ right: Right
    ) async throws(LoginRefusal) {
        try await record(.denied(account: identity.id, right), .account(identity))
    }

    // MARK: The first account

    /// Makes the link by which the first account is made, if there has never been one.
    ///
    /// - Returns: its secret, to be shown on a terminal and nowhere else.
    package func offerSetUp() -> String? {
        var random = SystemRandomNumberGenerator()
        let (text, link) = SetUpLink.make(now: now(), random: &random)
        return state.withLock { state in
            guard state.book.accounts.isEmpty else { return nil }
            state.link = link
            return text
        }
    }

    /// Whether a link can be used.
    package func checkSetUp(_ text: String) throws(LoginRefusal) {
        let time = now()
        let standing = state.withLock { state in
            state.link?.standing(of: text, isFirst: state.book.accounts.isEmpty, now: time)
                ?? .unknown
        }
        switch standing {
        case .good: return
        case .gone: throw .linkGone
        case .unknown: throw .noLink
        }
    }

    /// Makes the first account, which manages the others. Of two at once, one is refused: the file decides.
    package func setUp(
        _ text: String, name entered: String, password: [UInt8]
    ) async throws(LoginRefusal) {
        try checkSetUp(text)
        guard let name = AccountName(entered) else { throw .wrong }
        let hash = try await hash(try chosen(password, for: name))
        var random = SystemRandomNumberGenerator()
        // The link may have been used, or have ended, while the password was hashed.
        try checkSetUp(text)
        do throws(LoginRefusal) {
            try await commit(
                .create(
                    id: Account.newID(random: &random), name: name, roles: [.admin], hash: hash,
                    isFirst: true), by: .setUp)
        } catch .change(.notFirst) {
            throw .linkGone
        } catch {
            throw error
        }
        state.withLock { $0.link?.used() }
    }

    // MARK: Keeping

    /// Does a change that somebody at the admin address makes, and takes what the file holds then.
    package func commit(
        _ change: AccountChange, by actor: AccountActor
    ) async throws(LoginRefusal) {
        try await kept { [self] in try keeping.commit(change, actor, adopt) }
    }

    private func record(
        _ event: AccountEvent, _ actor: AccountActor
    ) async throws(LoginRefusal) {
        try await kept { [keeping] in try keeping.record(event, actor) }
    }

    private func kept<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws(LoginRefusal) -> Value {
        do {
            return try await threads.runIfActive(work)
        } catch let fault as AccountFault {
            throw .change(fault)
        } catch {
            throw .unrecorded("\(error)")
        }
    }

    private static func secret() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64URL.encode(
            (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    private static func digest(_ secret: String) -> APIKeyDigest {
        let bytes = Array(secret.utf8)
        return APIKeyDigest(of: bytes.span)
    }
}
