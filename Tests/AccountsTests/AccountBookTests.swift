// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Accounts
import ByteCoding
import Testing

@Suite("The book of accounts")
struct AccountBookTests {
    private let now = AccountSamples.now
    private let root = AccountActor.host(0)

    private func name(_ text: String) throws -> AccountName { try #require(AccountName(text)) }

    private func book(_ accounts: [(String, Set<Role>)]) throws -> AccountBook {
        var book = AccountBook()
        for (name, roles) in accounts {
            try book.apply(AccountSamples.creating(name, roles), by: root, at: now)
        }
        return book
    }

    @Test("A name has one spelling, in which no two look alike")
    func names() {
        #expect(AccountName("Alice")?.text == "alice")
        #expect(AccountName("a.b_c-d@example.org") != nil)
        for text in [
            "", ".a", "a b", "a/b", "ä", "a\u{430}", "\u{212A}", "a\n", "-a",
            String(repeating: "a", count: 65),
        ] { #expect(AccountName(text) == nil, "\(text)") }
    }

    @Test("What was done by whom is kept, and what ends sessions counts")
    func deeds() throws {
        var book = try book([("alice", [.auditor]), ("ada", [.admin])])
        let alice = try #require(book.account(named: name("alice")))
        #expect(alice.created == Account.Deed(at: now, by: "uid:0"))
        #expect(alice.reset == nil && alice.generation == 0)
        let later = UTCInstant(microseconds: now.microseconds + 1)
        try book.apply(.setPassword(name("alice"), AccountSamples.hash), by: root, at: later)
        #expect(book.account(id: alice.id)?.reset == Account.Deed(at: later, by: "uid:0"))
        #expect(book.account(id: alice.id)?.generation == 1)
        // Their own change makes nobody else privy to it.
        let own = AccountActor.account(AccountIdentity(alice, rights: alice.rights))
        let end = UTCInstant(microseconds: now.microseconds + 2)
        try book.apply(.setPassword(name("alice"), AccountSamples.hash), by: own, at: end)
        #expect(book.account(id: alice.id)?.reset?.at == later)
        #expect(book.account(id: alice.id)?.generation == 2)
        try book.apply(.setRoles(name("alice"), [.privacy]), by: root, at: end)
        #expect(book.account(id: alice.id)?.generation == 3)
        try book.apply(.remove(name("alice")), by: root, at: end)
        #expect(book.account(named: try name("alice")) == nil)
        #expect(book.account(id: alice.id)?.rights == [])
        // The name may be given again, to another id.
        try book.apply(AccountSamples.creating("alice", [.auditor]), by: root, at: end)
        #expect(book.account(named: try name("alice"))?.id != alice.id)
    }

    @Test("The last account that manages others stays, and keeps its role")
    func lastAdmin() throws {
        var book = try book([("ada", [.admin]), ("alice", [.auditor])])
        let ada = try name("ada")
        for change in [AccountChange.remove(ada), .setRoles(ada, [.auditor])] {
            #expect(throws: AccountFault.lastAdmin(ada)) {
                try book.apply(change, by: root, at: now)
            }
        }
        try book.apply(AccountSamples.creating("bea", [.admin]), by: root, at: now)
        try book.apply(.remove(ada), by: root, at: now)
        #expect(throws: AccountFault.self) {
            try book.apply(.remove(name("bea")), by: root, at: now)
        }
        // Where nobody manages accounts, others may come and go.
        var others = try self.book([("alice", [.auditor])])
        try others.apply(.remove(name("alice")), by: root, at: now)
    }

    @Test("A change that cannot be made leaves everything as it is")
    func refused() throws {
        var book = try book([("alice", [.auditor])])
        let before = book
        let alice = try #require(book.account(named: name("alice")))
        var random = SystemRandomNumberGenerator()
        func token(_ scope: Set<Right>, days: Int64, note: String = "") -> AccountChange {
            .addToken(
                AccessToken.mint(
                    for: alice, note: note, scope: scope,
                    created: Account.Deed(at: now, by: "uid:0"),
                    expires: UTCInstant(
                        microseconds: now.microseconds + days * 86_400_000_000),
                    random: &random
                ).token)
        }
        for (change, fault) in [
            (AccountSamples.creating("alice", [.admin]), AccountFault.nameTaken(alice.name)),
            (AccountSamples.creating("bob", []), .noRoles),
            (AccountSamples.creating("bob", [.admin], isFirst: true), .notFirst),
            (.setRoles(alice.name, []), .noRoles),
            (.remove(try name("bob")), .noSuchAccount("bob")),
            (.revokeToken(id: "aaaaaaaa"), .noSuchToken("aaaaaaaa")),
            (token([.accountManage], days: 1), .scope(.accountManage)),
            (token([.logRead], days: 367), .expiry), (token([.logRead], days: 0), .expiry),
            (token([.logRead], days: 1, note: "a\u{1b}[2J"), .note),
        ] {
            #expect(throws: fault) { try book.apply(change, by: root, at: now) }
            #expect(book == before)
            #expect(fault.text.contains(";"))
        }
        try book.apply(token([.logRead], days: 366), by: root, at: now)
    }

    @Test("A token may what it was made for and its account still may, until it ends")
    func tokens() throws {
        var book = try book([("alice", [.auditor, .operator]), ("ada", [.admin])])
        let alice = try #require(book.account(named: name("alice")))
        var random = SystemRandomNumberGenerator()
        let end = UTCInstant(microseconds: now.microseconds + 86_400_000_000)
        let (text, token) = AccessToken.mint(
            for: alice, note: "ci", scope: [.logRead, .proxyOperate],
            created: Account.Deed(at: now, by: "uid:0"), expires: end, random: &random)
        #expect(text.wholeMatch(of: /cst_[a-z2-7]{8}_[A-Za-z0-9_-]{43}/) != nil)
        try book.apply(.addToken(token), by: root, at: now)
        func rights(_ text: String, at time: UTCInstant) -> Set<Right>? {
            let bytes = Array(text.utf8)
            return book.identity(token: bytes.span, now: time)?.identity.rights
        }
        #expect(rights(text, at: now) == [.logRead, .proxyOperate])
        #expect(rights(text, at: end) == nil)
        #expect(rights(text.dropLast() + (text.hasSuffix("A") ? "E" : "A"), at: now) == nil)
        #expect(rights(text.replacing("cst_", with: "csk_"), at: now) == nil)
        #expect(rights("", at: now) == nil)
        try book.apply(.setRoles(alice.name, [.auditor]), by: root, at: now)
        #expect(rights(text, at: now) == [.logRead])
        try book.apply(.revokeToken(id: token.id), by: root, at: now)
        #expect(rights(text, at: now) == nil)
        #expect(!String(decoding: book.file, as: UTF8.self).contains(text.suffix(43)))
    }

    @Test("Two people are two accounts that nobody has both of")
    func twoPeople() throws {
        let book = try book([("pia", [.privacy]), ("pau", [.privacy]), ("ada", [.admin])])
        let pia = try #require(book.account(named: name("pia"))).id
        let pau = try #require(book.account(named: name("pau"))).id
        let later = UTCInstant(microseconds: now.microseconds + 5)
        func fault(
            _ one: String, _ other: String, at time: UTCInstant? = nil,
            _ change: (inout AccountBook) throws -> Void = { _ in }
        ) throws -> TwoPersonRule.Fault? {
            var changed = book
            try change(&changed)
            return TwoPersonRule().fault(
                [changed.approver(one), changed.approver(other)], requester: changed.approver(one),
                at: time ?? later)
        }
        #expect(try fault(pia, pau) == nil)
        #expect(try fault(pia, pia) == .tooFew(1))
        #expect(try fault(pia, pau, at: now) == .newAccount(pia))
        let hash = try #require(book.account(id: pau)).hash
        func setPassword(_ actor: AccountActor, at time: UTCInstant) throws
            -> TwoPersonRule.Fault?
        {
            try fault(pia, pau) { book in
                try book.apply(.setPassword(name("pau"), hash), by: actor, at: time)
            }
        }
        let account = try #require(book.account(id: pia))
        let identity = AccountIdentity(account, rights: account.rights)
        #expect(try setPassword(.account(identity), at: now) == .madeByRequester(pau))
        #expect(try setPassword(.host(0), at: later) == .newAccount(pau))
        #expect(try setPassword(.host(0), at: now) == nil)
        let gone = try fault(pia, pau) { book in
            try book.apply(.remove(name("pau")), by: .host(0), at: now)
        }
        #expect(gone == .removedAccount(pau))
        #expect(try fault(pia, "acc_aaaaaaaaaaaa") == .removedAccount("acc_aaaaaaaaaaaa"))
        #expect(try fault(pia, "uid:1001") == nil)
        #expect(try fault(pia, "uid:0") == .root)
    }
}
