// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Testing

@Suite struct `Somebody who was let in` {
    private func identity(_ bench: OfficeBench) async throws -> AccountIdentity {
        try await bench.logIn().session.identity
    }

    @Test func `is there for as long as the session, which that does not lengthen`() async throws {
        let bench = try OfficeBench()
        let alice = try await identity(bench)
        #expect(bench.office.present(alice) == alice)
        for _ in 0..<3 {
            bench.pass(.seconds(8 * 60))
            #expect(bench.office.present(alice) == alice)
        }
        bench.pass(.seconds(8 * 60))
        #expect(bench.office.present(alice) == nil)
    }

    @Test func `is gone with the session, and no other's takes its place`() async throws {
        let bench = try OfficeBench()
        let (first, second) = (try await bench.logIn(), try await bench.logIn())
        try await bench.office.logOut(first.secret)
        #expect(bench.office.present(first.session.identity) == nil)
        #expect(bench.office.present(second.session.identity) != nil)
        var other = second.session.identity
        other.session = "00000000"
        #expect(bench.office.present(other) == nil)
        other.session = nil
        #expect(bench.office.present(other) == nil)
    }

    @Test func `has the rights of now with a token, and none once it is revoked`() async throws {
        let bench = try OfficeBench()
        let name = try #require(AccountName("alice"))
        let account = try #require(bench.office.book.account(named: name))
        var random = SystemRandomNumberGenerator()
        let (text, token) = AccessToken.mint(
            for: account, note: "", scope: [.logRead, .personalRead],
            created: .init(at: bench.now, by: "uid:0"),
            expires: UTCInstant(microseconds: bench.now.microseconds + 86_400_000_000),
            random: &random)
        try bench.change(.addToken(token))
        let holder = try #require(try await bench.office.identity(token: text))
        #expect(bench.office.present(holder)?.rights == [.logRead, .personalRead])
        try bench.change(.setRoles(name, [.operator]))
        #expect(bench.office.present(holder)?.rights == [.logRead])
        try bench.change(.revokeToken(id: token.id))
        #expect(bench.office.present(holder) == nil)
    }
}
