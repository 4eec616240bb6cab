// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import Testing

@Suite("Password hashes")
struct PasswordHashTests {
    /// Answers that the reference implementation's own tests have.
    private static let known: [(password: String, text: String)] = [
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
        ),
    ]

    @Test("are those of the reference implementation", arguments: known)
    func reference(password: String, text: String) throws {
        let hash = try #require(PasswordHash(text))
        #expect(hash.text == text)
        #expect(try hash.matches(Password(entered: Array(password.utf8))))
        #expect(try !hash.matches(Password(entered: Array("Password".utf8))))
    }

    @Test("carry what they were computed with, and are read back as they were written")
    func text() throws {
        var random = SystemRandomNumberGenerator()
        let password = try Password(entered: Array("correct horse".utf8))
        let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
        let (one, other) = (
            try PasswordHash(password, cheap, random: &random),
            try PasswordHash(password, cheap, random: &random)
        )
        #expect(one.text.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(one.text != other.text)
        #expect(PasswordHash(one.text) == one)
        #expect(try one.matches(password) && other.matches(password))
        #expect(Argon2Parameters.current == Argon2Parameters(memory: 19_456, passes: 2, lanes: 1))
        #expect(cheap.isWeaker(than: .current) && !Argon2Parameters.current.isWeaker(than: cheap))
    }

    @Test(
        "that ask for too much, or are not whole, are refused",
        arguments: [
            "", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
            "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=64,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=4,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=064,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ=$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=64,t=1,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$",
        ])
    func refused(text: String) { #expect(PasswordHash(text) == nil) }

    @Test("and passwords show nothing of themselves in a line of a log")
    func silent() throws {
        let hash = try #require(PasswordHash(Self.known[0].text))
        let password = try Password(entered: Array("canary-password".utf8))
        for text in [
            "\(hash)", String(reflecting: hash), "\(password)", String(reflecting: password),
        ] {
            #expect(!text.contains("canary") && !text.contains("CTFh"))
        }
        #expect(Mirror(reflecting: hash).children.isEmpty)
        #expect(Mirror(reflecting: password).children.isEmpty)
    }
}

@Suite("Passwords")
struct PasswordTests {
    private func entered(_ text: String) throws(Password.Fault) -> Password {
        try Password(entered: Array(text.utf8))
    }

    @Test("have 1,024 bytes at most, and are UTF-8 without control characters")
    func limits() throws {
        _ = try entered(String(repeating: "x", count: 1024))
        #expect(throws: Password.Fault.tooLong) {
            try entered(String(repeating: "x", count: 1025))
        }
        #expect(throws: Password.Fault.empty) { try entered("") }
        #expect(throws: Password.Fault.notText) { try Password(entered: [0xFF, 0x61]) }
        for control in ["\u{0}", "a\nb", "\u{7F}", "\u{85}"] {
            #expect(throws: Password.Fault.hasControl) { try entered(control) }
        }
    }

    @Test("are the same however a keyboard writes them, and differ by case and width")
    func prepared() throws {
        var random = SystemRandomNumberGenerator()
        let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
        let hash = try PasswordHash(entered("caf\u{E9} au lait"), cheap, random: &random)
        #expect(try hash.matches(entered("cafe\u{301} au lait")))
        #expect(try hash.matches(entered("caf\u{E9}\u{A0}au\u{3000}lait")))
        #expect(try !hash.matches(entered("Caf\u{E9} au lait")))
        #expect(try !hash.matches(entered("\u{FF43}af\u{E9} au lait")))
    }

    @Test("that are chosen have twelve characters and not the account's name")
    func chosen() throws {
        let name = try #require(AccountName("alice"))
        func choose(_ text: String) throws(Password.Fault) {
            _ = try Password(chosen: Array(text.utf8), for: name)
        }
        try choose("twelve chars")
        #expect(throws: Password.Fault.tooShort) { try choose("eleven char") }
        #expect(throws: Password.Fault.isName) { try choose("I am ALICE, hello") }
        // Characters are counted, not bytes.
        #expect(throws: Password.Fault.tooShort) { try choose("éééééé") }
        for fault in Password.Fault.allCases { #expect(fault.words.count > 10) }
    }
}
