// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Testing

@Suite("Logging in")
struct LoginTests {
    @Test("opens a session, once its record is there: RecordedBeforeInForce")
    func logIn() async throws {
        let bench = try OfficeBench()
        let opened = try await bench.logIn("Alice")
        #expect(opened.secret.utf8.count == 43)
        let session = try #require(bench.office.session(opened.secret))
        #expect(session.identity.name.text == "alice")
        #expect(session.identity.rights == Role.auditor.rights)
        #expect(session.admits(csrf: opened.session.csrfToken))
        #expect(!session.admits(csrf: "") && !session.admits(csrf: opened.secret))
        let id = session.identity.id
        #expect(bench.records == [.init(event: .logOn(account: id), actor: id)])
        #expect(session.identity.session?.utf8.count == 8)
        #expect(!opened.secret.contains(session.identity.session ?? "?"))
        bench.stopLog()
        let refusal = await #expect(throws: LoginRefusal.self) { try await bench.logIn() }
        guard case .unrecorded = refusal else {
            Issue.record("somebody is let in without a record")
            return
        }
    }

    @Test("is refused alike for a wrong password, an unknown name and a name that cannot be one")
    func wrong() async throws {
        let bench = try OfficeBench([("alice", [.auditor]), ("gone", [.auditor])])
        try bench.change(.remove(#require(AccountName("gone"))))
        for name in ["alice", "bob", "gone", "", "a b", String(repeating: "a", count: 5000)] {
            await #expect(throws: LoginRefusal.wrong) {
                try await bench.logIn(name, "not the password")
            }
            bench.pass(.seconds(60))
        }
        await #expect(throws: LoginRefusal.wrong) { try await bench.logIn("gone") }
        let alice = try #require(bench.office.book.accounts.first).id
        #expect(
            bench.records.first
                == .init(event: .refused(account: alice, heldBack: 0), actor: "nobody"))
        // The name may be a password in the wrong place: it is written nowhere.
        #expect(
            bench.records.dropFirst().allSatisfy {
                $0 == .init(event: .refused(account: nil, heldBack: 0), actor: "nobody")
            })
    }

    @Test("An unknown name costs a hash like a known one, and a password that is too long none")
    func cost() async throws {
        let bench = try OfficeBench()
        for name in ["alice", "bob", "a b"] {
            let before = bench.hashing.begun
            await #expect(throws: LoginRefusal.wrong) { try await bench.logIn(name, "wrong one") }
            #expect(bench.hashing.begun == before + 1, "\(name)")
        }
        for password in ["", String(repeating: "x", count: 1025)] {
            let before = bench.hashing.begun
            await #expect(throws: LoginRefusal.self) { try await bench.logIn("alice", password) }
            #expect(bench.hashing.begun == before)
        }
        // Nor does an attempt that comes too early.
        for _ in 0..<2 {
            await #expect(throws: LoginRefusal.wrong) { try await bench.logIn("bob", "wrong one") }
        }
        let before = bench.hashing.begun
        await #expect(throws: LoginRefusal.later(.seconds(1))) { try await bench.logIn() }
        #expect(bench.hashing.begun == before)
    }

    @Test("A hash of weaker parameters is replaced at the next login, which the sessions survive")
    func rehash() async throws {
        let stronger = Argon2Parameters(memory: 128, passes: 1, lanes: 1)
        let bench = try OfficeBench(parameters: stronger)
        let opened = try await bench.logIn()
        #expect(bench.office.book.accounts.first?.hash.parameters == stronger)
        #expect(bench.office.session(opened.secret) != nil)
        _ = try await bench.logIn()
        #expect(bench.changes.count == 1)
    }

    @Test("Attempts are delayed after five wrong ones, up to a minute, and nobody is locked out")
    func delays() async throws {
        let bench = try OfficeBench()
        for _ in 0..<5 {
            await #expect(throws: LoginRefusal.wrong) {
                try await bench.logIn("alice", "wrong one")
            }
        }
        await #expect(throws: LoginRefusal.later(.seconds(1))) { try await bench.logIn() }
        await #expect(throws: LoginRefusal.later(.seconds(1))) { try await bench.logIn() }
        bench.pass(.seconds(1))
        // Another one: what was held back meanwhile is counted in its record.
        await #expect(throws: LoginRefusal.wrong) { try await bench.logIn("bob", "wrong one") }
        #expect(
            bench.records.last
                == .init(event: .refused(account: nil, heldBack: 2), actor: "nobody"))
        for _ in 0..<20 {
            bench.pass(.seconds(60))
            await #expect(throws: LoginRefusal.wrong) { try await bench.logIn("bob", "wrong one") }
        }
        await #expect(throws: LoginRefusal.later(.seconds(60))) { try await bench.logIn() }
        bench.pass(.seconds(60))
        _ = try await bench.logIn()
    }

    @Test("A right attempt forgives mistakes with its own name, and not guessing at others")
    func forgiven() {
        var throttle = LoginThrottle()
        let (now, here) = (AccountSamples.now, LoginPlace(IPAddress(v4: 0x0A00_0001)))
        for _ in 0..<4 { throttle.failed(name: "ada", from: here, now: now) }
        throttle.succeeded(name: "ada", from: here, now: now)
        for _ in 0..<4 { throttle.failed(name: "ada", from: here, now: now) }
        #expect(throttle.delay(name: "ada", from: here, now: now) == nil)
        throttle.succeeded(name: "ada", from: here, now: now)
        for _ in 0..<7 { throttle.failed(name: "bea", from: here, now: now) }
        #expect(throttle.delay(name: "bea", from: here, now: now) == .seconds(4))
        throttle.succeeded(name: "ada", from: here, now: now)
        #expect(throttle.delay(name: "bea", from: here, now: now) == .seconds(4))
        throttle.failed(name: "bea", from: here, now: now)
        #expect(throttle.delay(name: "ada", from: here, now: now) == .seconds(8))
    }

    @Test("Guessing from elsewhere delays a name by ten seconds at most, and not where it is known")
    func namesDelayed() throws {
        var throttle = LoginThrottle()
        let now = AccountSamples.now
        let home = LoginPlace(IPAddress(v4: 0x0A00_0001))
        throttle.succeeded(name: "ada", from: home, now: now)
        for number in 0..<100 {
            throttle.failed(
                name: "ada", from: LoginPlace(IPAddress(v4: 0x0B00_0000 + UInt32(number))), now: now
            )
        }
        let elsewhere = LoginPlace(IPAddress(v4: 0x0C00_0001))
        #expect(throttle.delay(name: "ada", from: elsewhere, now: now) == .seconds(10))
        #expect(throttle.delay(name: "ada", from: home, now: now) == nil)
        #expect(throttle.delay(name: "bea", from: elsewhere, now: now) == nil)
        // One subscriber has a whole /64.
        for number in 0..<6 {
            throttle.failed(
                name: "bea\(number)",
                from: LoginPlace(IPAddress(v6: 0x2001_0DB8 << 96 + UInt128(number))),
                now: now)
        }
        let neighbour = LoginPlace(IPAddress(v6: 0x2001_0DB8 << 96 + 99))
        #expect(throttle.delay(name: "eve", from: neighbour, now: now) == .seconds(2))
        let hour = UTCInstant(microseconds: now.microseconds + 3_601_000_000)
        throttle.failed(name: "eve", from: neighbour, now: hour)
        #expect(throttle.delay(name: "eve", from: neighbour, now: hour) == nil)
    }
}

@Suite("Sessions")
struct SessionTests {
    @Test("end after half an hour without use, and after twelve hours however much they are used")
    func limits() async throws {
        let bench = try OfficeBench()
        let idle = try await bench.logIn().secret
        bench.pass(.seconds(1799))
        #expect(bench.office.session(idle) != nil)
        bench.pass(.seconds(1800))
        #expect(bench.office.session(idle) == nil)
        let used = try await bench.logIn()
        for _ in 0..<24 {
            #expect(bench.office.session(used.secret) != nil)
            bench.pass(.seconds(1799))
        }
        #expect(bench.office.session(used.secret) != nil)
        bench.pass(.seconds(24))
        #expect(bench.office.session(used.secret) == nil)
        #expect(bench.now >= used.session.expires)
    }

    @Test("end with another password, other roles, removal and log-out; secrets are new each time")
    func ended() async throws {
        let bench = try OfficeBench([("alice", [.auditor]), ("ada", [.admin])])
        let name = try #require(AccountName("alice"))
        for change in [
            AccountChange.setPassword(name, AccountSamples.hash), .setRoles(name, [.operator]),
        ] {
            let secret = try await bench.logIn().secret
            #expect(bench.office.session(secret) != nil)
            try bench.change(change)
            #expect(bench.office.session(secret) == nil)
        }
        let (one, other) = (try await bench.logIn(), try await bench.logIn())
        #expect(one.secret != other.secret)
        #expect(one.session.csrfToken != other.session.csrfToken)
        #expect(!one.session.admits(csrf: other.session.csrfToken))
        try await bench.office.logOut(one.secret)
        #expect(bench.office.session(one.secret) == nil)
        #expect(bench.office.session(other.secret) != nil)
        await #expect(throws: LoginRefusal.noSession) {
            try await bench.office.logOut(one.secret)
        }
        try bench.change(.remove(name))
        #expect(bench.office.session(other.secret) == nil)
        for text in ["", "x", one.secret + "x"] { #expect(bench.office.session(text) == nil) }
    }

    @Test("of one account are twenty at most: the one that was unused longest ends")
    func most() async throws {
        let bench = try OfficeBench()
        var secrets: [String] = []
        for _ in 0..<21 {
            secrets.append(try await bench.logIn().secret)
            bench.pass(.seconds(1))
        }
        #expect(bench.office.session(secrets[0]) == nil)
        #expect(bench.office.session(secrets[1]) != nil)
    }

    @Test("Whoever changes their password needs the old one, and logs in again")
    func password() async throws {
        let bench = try OfficeBench()
        let opened = try await bench.logIn()
        let new = "a much better one"
        func change(from old: String, to new: String) async throws(LoginRefusal) {
            try await bench.office.changePassword(
                of: opened.session, from: Array(old.utf8), to: Array(new.utf8),
                at: OfficeBench.place)
        }
        await #expect(throws: LoginRefusal.wrong) { try await change(from: "no", to: new) }
        await #expect(throws: LoginRefusal.password(.tooShort)) {
            try await change(from: AccountSamples.password, to: "short")
        }
        try await change(from: AccountSamples.password, to: new)
        #expect(bench.office.session(opened.secret) == nil)
        #expect(bench.office.book.accounts.first?.reset == nil)
        await #expect(throws: LoginRefusal.wrong) { try await bench.logIn() }
        _ = try await bench.logIn("alice", new)
    }

    @Test("A token's use is noted, once an hour")
    func tokens() async throws {
        let bench = try OfficeBench()
        let alice = try #require(bench.office.book.accounts.first)
        var random = SystemRandomNumberGenerator()
        let (text, token) = AccessToken.mint(
            for: alice, note: "", scope: [.logRead],
            created: Account.Deed(at: bench.now, by: "uid:0"),
            expires: UTCInstant(microseconds: bench.now.microseconds + 86_400_000_000),
            random: &random)
        try bench.change(.addToken(token))
        for _ in 0..<3 {
            #expect(try await bench.office.identity(token: text)?.rights == [.logRead])
        }
        #expect(bench.office.book.tokens.first?.lastUsed == AccountSamples.now)
        bench.pass(.seconds(3600))
        #expect(try await bench.office.identity(token: text)?.token == token.id)
        #expect(bench.changes.count { $0 == .noteUse(token: token.id) } == 2)
        #expect(try await bench.office.identity(token: "cst_nothing") == nil)
    }
}

@Suite("The first account")
struct SetUpTests {
    private static let password = Array("quite a long one".utf8)

    @Test("is made by a link, once; a second use, a late one and one beside an account are gone")
    func once() async throws {
        let bench = try OfficeBench([])
        let link = try #require(bench.office.offerSetUp())
        #expect(link.utf8.count == 22)
        #expect(throws: LoginRefusal.noLink) { try bench.office.checkSetUp("x" + link) }
        await #expect(throws: LoginRefusal.password(.tooShort)) {
            try await bench.office.setUp(link, name: "ada", password: Array("short".utf8))
        }
        try await bench.office.setUp(link, name: "ada", password: Self.password)
        let ada = try #require(bench.office.book.accounts.first)
        #expect(ada.roles == [.admin] && ada.created.by == "setup")
        #expect(throws: LoginRefusal.linkGone) { try bench.office.checkSetUp(link) }
        await #expect(throws: LoginRefusal.linkGone) {
            try await bench.office.setUp(link, name: "eve", password: Self.password)
        }
        #expect(bench.office.offerSetUp() == nil)
        _ = try await bench.logIn("ada", "quite a long one")
    }

    @Test("A link lasts fifteen minutes, and a new one ends it")
    func late() throws {
        let bench = try OfficeBench([])
        let first = try #require(bench.office.offerSetUp())
        let link = try #require(bench.office.offerSetUp())
        #expect(throws: LoginRefusal.noLink) { try bench.office.checkSetUp(first) }
        bench.pass(.seconds(899))
        try bench.office.checkSetUp(link)
        bench.pass(.seconds(1))
        #expect(throws: LoginRefusal.linkGone) { try bench.office.checkSetUp(link) }
    }

    @Test("Two at once make one account")
    func race() async throws {
        let bench = try OfficeBench([])
        let link = try #require(bench.office.offerSetUp())
        let made = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    do {
                        try await bench.office.setUp(
                            link, name: "ada\(number)", password: Self.password)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 1)
        #expect(bench.office.book.accounts.count == 1)
        // An account that was made meanwhile at the command line ends the link, too.
        let other = try OfficeBench([])
        let late = try #require(other.office.offerSetUp())
        try other.change(AccountSamples.creating("ada", [.admin]))
        #expect(throws: LoginRefusal.linkGone) { try other.office.checkSetUp(late) }
    }
}
