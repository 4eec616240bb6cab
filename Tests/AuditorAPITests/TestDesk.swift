// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Disclosures
import Hummingbird
import NIOCore
import Synchronization
import Testing

/// One account and one token for each role, and what is recorded of their readings, in memory.
final class TestDesk: Sendable {
    struct NoRoom: Error {}

    private struct State {
        var readings: [(AuditorReading, AccountIdentity)] = []
        var takesRecords = true
    }

    private let state = Mutex(State())
    private let refusals = Refusals()
    let now: UTCInstant
    let office: AccountOffice
    let tokens: [Role: String]

    init(now: UTCInstant) throws {
        var random = SystemRandomNumberGenerator()
        let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
        let hash = try PasswordHash(
            Password(entered: Array("correct horse battery".utf8)), cheap, random: &random)
        var book = AccountBook()
        var tokens: [Role: String] = [:]
        for role in Role.allCases {
            let name = try #require(AccountName(role.rawValue))
            try book.apply(
                .create(
                    id: Account.newID(random: &random), name: name, roles: [role], hash: hash,
                    isFirst: false), by: .host(0), at: now)
            let account = try #require(book.account(named: name))
            let (text, token) = AccessToken.mint(
                for: account, note: "", scope: role.rights, created: .init(at: now, by: "uid:0"),
                expires: UTCInstant(microseconds: now.microseconds + 86_400_000_000),
                random: &random)
            try book.apply(.addToken(token), by: .host(0), at: now)
            tokens[role] = text
        }
        self.now = now
        self.tokens = tokens
        let refusals = refusals
        office = AccountOffice(
            book,
            keeping: AccountKeeping(
                record: { event, _ in
                    if case .denied(_, let right) = event { refusals.take(right) }
                }, commit: { _, _, _ in }),
            parameters: cheap, now: { now })
    }

    /// Records as the ledger does it, with one salt for all that is personal.
    func record(_ reading: AuditorReading, _ reader: AccountIdentity) throws -> RecordedReading {
        try state.withLock { state in
            guard state.takesRecords else { throw NoRoom() }
            var reading = reading
            let text = reading.facts.hash == nil ? reading.facts.text : nil
            let named = text.map { QuestionHash(of: $0, salt: Self.salt) }
            reading.facts.hash = named?.text ?? reading.facts.hash
            state.readings.append((reading, reader))
            return RecordedReading(
                uid: UniqueID(at: now, random: (UInt64(state.readings.count), 7)),
                hash: reading.facts.hash, salt: named?.salt)
        }
    }

    static let salt = [UInt8](repeating: 7, count: QuestionHash.saltBytes)

    /// What was recorded of readings.
    var readings: [QueryFacts] { state.withLock { $0.readings.map(\.0.facts) } }
    var kinds: [SystemRecord.Reading] { state.withLock { $0.readings.map(\.0.kind) } }
    /// The records' ids.
    var uids: [UniqueID] {
        state.withLock { state in
            (1...state.readings.count).map { UniqueID(at: now, random: (UInt64($0), 7)) }
        }
    }
    /// Texts that were sealed, and under whose key.
    var sealed: [Sealed?] {
        readings.map { facts in
            facts.about.flatMap { about in facts.text.map { Sealed(text: $0, subject: about) } }
        }
    }

    /// A text, and whose key it is sealed under.
    struct Sealed: Hashable {
        let text: String
        let subject: SubjectID
    }
    var refused: [Right] { refusals.all }

    /// A token of a further auditor, for some of what they may do.
    func token(of rights: Set<Right>, named name: String) throws -> String {
        var random = SystemRandomNumberGenerator()
        var book = office.book
        let hash = try PasswordHash(
            Password(entered: Array("correct horse battery".utf8)),
            Argon2Parameters(memory: 64, passes: 1, lanes: 1), random: &random)
        let account = try #require(AccountName(name))
        try book.apply(
            .create(
                id: Account.newID(random: &random), name: account, roles: [.auditor], hash: hash,
                isFirst: false), by: .host(0), at: now)
        let (text, token) = AccessToken.mint(
            for: try #require(book.account(named: account)), note: "", scope: rights,
            created: .init(at: now, by: "uid:0"),
            expires: UTCInstant(microseconds: now.microseconds + 86_400_000_000), random: &random)
        try book.apply(.addToken(token), by: .host(0), at: now)
        office.adopt(book)
        return text
    }

    func stopLog() { state.withLock { $0.takesRecords = false } }
}

/// Rights that somebody lacked, in order.
final class Refusals: Sendable {
    private let rights = Mutex<[Right]>([])
    var all: [Right] { rights.withLock { $0 } }
    func take(_ right: Right) { rights.withLock { $0.append(right) } }
}

/// The body of a response.
final class CollectedBody: Sendable {
    private let collected = Mutex<[UInt8]>([])
    var bytes: [UInt8] { collected.withLock { $0 } }

    struct Writer: ResponseBodyWriter {
        let body: CollectedBody

        mutating func write(_ buffer: ByteBuffer) async throws {
            body.collected.withLock { $0 += buffer.readableBytesView }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
