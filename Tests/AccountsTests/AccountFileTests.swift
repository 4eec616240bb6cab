// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Testing

@Suite("The accounts file")
struct AccountFileTests {
    private func full() throws -> AccountBook {
        var book = AccountBook()
        let root = AccountActor.host(1000)
        let now = AccountSamples.now
        for (name, roles) in [("alice", Set<Role>([.auditor])), ("ada", [.admin, .operator])] {
            try book.apply(AccountSamples.creating(name, roles), by: root, at: now)
        }
        let alice = try #require(AccountName("alice").flatMap { book.account(named: $0) })
        var random = SystemRandomNumberGenerator()
        let (_, token) = AccessToken.mint(
            for: alice, note: "for „ci“", scope: [.logRead, .statusRead],
            created: Account.Deed(at: now, by: "uid:1000"),
            expires: UTCInstant(microseconds: now.microseconds + 1_000_000), random: &random)
        try book.apply(.addToken(token), by: root, at: now)
        try book.apply(.noteUse(token: token.id), by: root, at: now)
        try book.apply(.revokeToken(id: token.id), by: root, at: now)
        try book.apply(.setPassword(alice.name, AccountSamples.hash), by: root, at: now)
        try book.apply(.remove(alice.name), by: root, at: now)
        return book
    }

    @Test("is read back as it was written, everything of it")
    func roundTrip() throws {
        let book = try full()
        #expect(try AccountBook(file: book.file) == book)
        #expect(try AccountBook(file: AccountBook().file) == AccountBook())
    }

    @Test("is refused when any byte of it is another, or missing, and never taken for an empty one")
    func damage() throws {
        let file = try full().file
        for at in file.indices {
            var damaged = file
            damaged[at] ^= 1
            #expect(throws: AccountFileFault.self) { try AccountBook(file: damaged) }
        }
        for length in 0..<file.count {
            #expect(throws: AccountFileFault.self) {
                try AccountBook(file: Array(file[..<length]))
            }
        }
        #expect(throws: AccountFileFault.self) { try AccountBook(file: file + [0x0A]) }
    }

    @Test("of a later format is called that")
    func newer() {
        let text = "{\"accounts\":7,\"format\":\"countersign.accounts/2\"}\n"
        #expect(throws: AccountFileFault.newer("countersign.accounts/2")) {
            try AccountBook(file: Array(text.utf8))
        }
    }

    @Test("holds no password and no token, and a change is the same at the other end of the socket")
    func changes() throws {
        let book = try full()
        let alice = try #require(book.accounts.first)
        let token = try #require(book.tokens.first)
        for change in [
            AccountSamples.creating("bob", [.auditor, .privacy]), .setRoles(alice.name, [.admin]),
            .setPassword(alice.name, AccountSamples.hash),
            .rehash(account: alice.id, AccountSamples.hash), .remove(alice.name),
            .addToken(token), .revokeToken(id: token.id), .noteUse(token: token.id),
        ] { #expect(AccountChange(change.json) == change) }
        for value in [JSONValue.null, .object([]), .object([JSONMember("change", .string("x"))])] {
            #expect(AccountChange(value) == nil)
        }
    }
}
