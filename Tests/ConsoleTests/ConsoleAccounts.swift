// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Logging
import Synchronization
import Testing

/// Accounts in memory, whose hashes cost next to nothing, and everything that is written about them.
final class ConsoleAccounts: Sendable {
    struct NoLog: Error {}

    private struct State {
        var now = UTCInstant(microseconds: 1_795_251_600_000_000)
        var book = AccountBook()
        var takesRecords = true
        var told = ""
    }

    private let state: Mutex<State>
    let office: AccountOffice
    static let password = "correct horse battery"

    /// Accounts by name.
    init(_ accounts: [String: Set<Role>]) throws {
        var random = SystemRandomNumberGenerator()
        let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
        let hash = try PasswordHash(
            Password(entered: Array(Self.password.utf8)), cheap, random: &random)
        var book = AccountBook()
        let keeper = Keeper()
        for (text, roles) in accounts.sorted(by: { $0.key < $1.key }) {
            try book.apply(
                .create(
                    id: Account.newID(random: &random), name: try #require(AccountName(text)),
                    roles: roles, hash: hash, isFirst: false),
                by: .host(0), at: UTCInstant(microseconds: 1_795_251_500_000_000))
        }
        let made = book
        state = Mutex(State(book: made))
        office = AccountOffice(
            made,
            keeping: AccountKeeping(
                record: { try keeper.accounts?.record($0, $1) },
                commit: { try keeper.accounts?.commit($0, $1, $2) }),
            hashing: HashingQueue(patience: .seconds(60)), parameters: cheap,
            now: { keeper.accounts?.now ?? UTCInstant(microseconds: 0) })
        keeper.set(self)
    }

    private final class Keeper: Sendable {
        private struct Held { weak var accounts: ConsoleAccounts? }

        private let held = Mutex(Held())
        var accounts: ConsoleAccounts? { held.withLock { $0.accounts } }
        func set(_ accounts: ConsoleAccounts) { held.withLock { $0.accounts = accounts } }
    }

    var now: UTCInstant { state.withLock { $0.now } }
    /// Every line that was logged, and every record.
    var told: String { state.withLock { $0.told } }

    func pass(seconds: Int64) { state.withLock { $0.now.microseconds += seconds * 1_000_000 } }
    func stopLog() { state.withLock { $0.takesRecords = false } }
    func tell(_ text: String) { state.withLock { $0.told += text + "\n" } }

    private func record(_ event: AccountEvent, _ actor: AccountActor) throws {
        try state.withLock { state in
            guard state.takesRecords else { throw NoLog() }
            state.told += "\(event) \(actor)\n"
        }
    }

    private func commit(
        _ change: AccountChange, _ actor: AccountActor, _ inForce: (AccountBook) -> Void
    ) throws {
        try state.withLock { state in
            guard state.takesRecords || !change.isRecorded else { throw NoLog() }
            try state.book.apply(change, by: actor, at: state.now)
            state.told += "\(change) \(actor)\n"
            inForce(state.book)
        }
    }

    /// A token of an account, with these rights.
    func token(_ name: String, _ scope: Set<Right>) throws -> String {
        let account = try #require(AccountName(name).flatMap { office.book.account(named: $0) })
        var random = SystemRandomNumberGenerator()
        let (text, token) = AccessToken.mint(
            for: account, note: "", scope: scope, created: .init(at: now, by: "uid:0"),
            expires: UTCInstant(microseconds: now.microseconds + 86_400_000_000), random: &random)
        try commit(.addToken(token), .host(0), office.adopt)
        return text
    }

    var hearing: some LogHandler { Hearing(accounts: self) }

    private struct Hearing: LogHandler {
        let accounts: ConsoleAccounts
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            accounts.tell("\(event.message) \(metadata) \(event.metadata ?? [:])")
        }
    }
}

/// A browser that is logged in.
struct ConsoleSession {
    let cookie: String
    let csrf: String

    /// Logs somebody in.
    init(_ port: Int, _ name: String, host: String = "127.0.0.1") async throws {
        let raw = await RawExchange.with(
            port: port, Self.login(name, ConsoleAccounts.password, host: host))
        try #require(raw.hasPrefix("HTTP/1.1 200"), "\(raw)")
        let set = try #require(raw.firstMatch(of: /[Ss]et-[Cc]ookie: ([^;\r]+)/))
        cookie = String(set.1)
        csrf = String(try #require(raw.firstMatch(of: /"csrf":"([^"]+)"/)).1)
    }

    static func login(_ name: String, _ password: String, host: String = "127.0.0.1") -> String {
        let form = "{\"name\":\"\(name)\",\"password\":\"\(password)\"}"
        return "POST /login HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
    }

    /// The secret alone.
    var secret: String { String(cookie.split(separator: "=")[1]) }

    /// Fields of a request that only looks.
    var fields: String { "Cookie: \(cookie)\r\n" }
    /// Fields of one that changes something.
    var changing: String {
        fields + "X-CSRF-Token: \(csrf)\r\nContent-Type: application/json\r\n"
    }
}
