// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Ledger
import LedgerFiles
import Merkle
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage
import TestSupport
import Testing

@Suite("The accounts of a log", .timeLimit(.minutes(5)))
struct AccountsStoreTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger
    private let store: AccountsStore

    init() throws {
        folder = try TemporaryFolder()
        let origin = try #require(LogName("log.example/accounts"))
        _ = try SigningKeyFile.create(
            FilePath(folder.file("log.key")), name: try #require(KeyName(origin.text)))
        try folder.write(SampleConfiguration.text(origin: origin), to: "countersign.yaml")
        try folder.write("", to: "keys.yaml")
        let deployment = try Surroundings(environment: [:], now: { .now })
            .deployment(at: folder.file("countersign.yaml"))
        ledger = try LogOpening(deployment, producer: "test").open()
        store = AccountsStore(deployment.settings.log)
    }

    private static func creating(_ name: String) throws -> AccountChange {
        var random = SystemRandomNumberGenerator()
        let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
        return .create(
            id: Account.newID(random: &random), name: try #require(AccountName(name)),
            roles: [.auditor],
            hash: try PasswordHash(
                Password(entered: Array("a long password".utf8)), cheap, random: &random),
            isFirst: false)
    }

    private var records: UInt64 { ledger.status.size.count }

    @Test("RecordedBeforeInForce: a change has its record, then the file, then it is in force")
    func commit() throws {
        let before = records
        var seen: [Int] = []
        try store.commit(Self.creating("alice"), by: .host(7), in: ledger) {
            #expect(records == before + 1)
            #expect(LocalFile.exists(store.path))
            seen.append($0.accounts.count)
        }
        #expect(seen == [1])
        #expect(LocalFile.mode(of: store.path) == 0o600)
        #expect(try store.read().accounts.first?.created.by == "uid:7")
        // What cannot be done leaves neither record nor file.
        #expect(throws: AccountFault.self) {
            try store.commit(Self.creating("alice"), by: .host(7), in: ledger) { _ in
                seen.append(0)
            }
        }
        #expect(seen == [1] && records == before + 1)
        // Nor does what cannot be recorded.
        let file = try folder.text("log-state/accounts")
        #expect(ledger.close() == nil)
        #expect(throws: CommandFailure.self) {
            try store.commit(Self.creating("bob"), by: .host(7), in: ledger) { _ in
                seen.append(0)
            }
        }
        #expect(seen == [1])
        #expect(try folder.text("log-state/accounts") == file)
    }

    @Test("Changes at once are done one after the other, and none is lost")
    func together() async throws {
        let (store, ledger) = (store, ledger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                let change = try Self.creating("user\(number)")
                group.addTask {
                    try store.commit(change, by: .host(7), in: ledger) { _ in }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.read().accounts.count == 16)
        #expect(ledger.close() == nil)
    }

    @Test("Whoever logs in is recorded, and changes at the command line are in force at once")
    func office() async throws {
        let office = try store.office(ledger, now: { .now })
        func logIn(_ password: String) async throws(LoginRefusal) -> OpenedSession {
            try await office.logIn(
                name: "alice", password: Array(password.utf8),
                from: LoginPlace(IPAddress(v4: 0x7F00_0001)))
        }
        await #expect(throws: LoginRefusal.wrong) { try await logIn("a long password") }
        try store.commit(
            Self.creating("alice"), by: .host(7), in: ledger, inForce: office.adopt)
        let before = records
        let opened = try await logIn("a long password")
        // The cheap hash was replaced, which is no change that is recorded.
        #expect(records == before + 1)
        #expect(try store.read().accounts.first?.hash.parameters == .current)
        await #expect(throws: LoginRefusal.wrong) { try await logIn("another password") }
        #expect(records == before + 2)
        let name = try #require(AccountName("alice"))
        try store.commit(.remove(name), by: .host(7), in: ledger, inForce: office.adopt)
        #expect(office.session(opened.secret) == nil)
        #expect(ledger.close() == nil)
        let refusal = await #expect(throws: LoginRefusal.self) {
            try await logIn("a long password")
        }
        guard case .unrecorded = refusal else {
            Issue.record("an attempt was answered without its record")
            return
        }
    }
}
