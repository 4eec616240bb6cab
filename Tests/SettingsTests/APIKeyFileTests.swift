// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Settings
import Testing

struct APIKeyFileTests {
    private let digest = "sha256:" + String(repeating: "0a", count: 32)

    private func entry(_ id: String = "abcdefg2", digest: String? = nil) -> APIKeyEntry {
        APIKeyEntry(
            id: id, digest: digest ?? self.digest, name: "alice: \"dev\" #1", kind: .user,
            roles: ["reader", "http://x/role"], expires: UTCInstant(microseconds: 1))
    }

    private func text(_ yaml: String) -> ConfigurationText {
        ConfigurationText(file: "keys.yaml", folder: "", text: yaml)
    }

    private func faults(_ yaml: String) -> [String] {
        do throws(SettingsFaults) {
            _ = try APIKeyFile.read(text(yaml), sources: .none)
            return []
        } catch {
            return error.text.split(separator: "\n").map(String.init)
        }
    }

    @Test func `keys are read with their defaults`() throws {
        let yaml = """
            # keys
            - { id: aaaaaaaa, digest: "\(digest)", name: ci }
            - id: bbbbbbb2
              digest: \(digest.replacing("0a", with: "0b"))
              name: alice
              kind: user
              roles: [reader]
              expires: 2027-01-31
            """
        let keys = try APIKeyFile.read(text(yaml), sources: .none)
        #expect(keys.map(\.id) == ["aaaaaaaa", "bbbbbbb2"])
        #expect(keys.map(\.kind) == [.service, .user])
        #expect(keys.map(\.roles) == [[], ["reader"]])
        #expect(
            keys.map(\.expires?.rfc3339) == [nil, "2027-01-31T00:00:00.000000Z"])
    }

    @Test(
        "A key ends at a day, a second or a microsecond",
        arguments: [
            ("2027-01-31", "2027-01-31T00:00:00.000000Z"),
            ("2027-01-31T10:20:30Z", "2027-01-31T10:20:30.000000Z"),
            ("2027-01-31T10:20:30.123456Z", "2027-01-31T10:20:30.123456Z"),
            ("2027-02-30", nil), ("2027-01-31T10:20:30", nil), ("2027", nil),
            ("2027-01-31 10:20:30Z", nil),
        ])
    func expiry(written: String, read: String?) {
        let yaml =
            "- { id: aaaaaaaa, digest: \"\(digest)\", name: ci, expires: \"\(written)\" }"
        let keys = try? APIKeyFile.read(text(yaml), sources: .none)
        #expect(keys?.first?.expires?.rfc3339 == read)
    }

    @Test func `a key is added behind what is there`() throws {
        let first = try APIKeyFile.appending(entry(), to: text(""), sources: .none)
        #expect(first.hasPrefix("# API keys of Countersign"))
        #expect(
            first.hasSuffix(
                """
                - id: abcdefg2
                  digest: \(digest)
                  name: "alice: \\"dev\\" #1"
                  kind: user
                  roles: [reader, http://x/role]
                  expires: 1970-01-01T00:00:00.000001Z

                """))
        let other = entry("bbbbbbbb", digest: digest.replacing("0a", with: "0b"))
        let cut = String(first.dropLast()) + " # a remark"
        let second = try APIKeyFile.appending(other, to: text(cut), sources: .none)
        #expect(second.hasPrefix(cut + "\n"))
        #expect(try APIKeyFile.read(text(second), sources: .none) == [entry(), other])
    }

    @Test func `adding refuses what would not read back`() throws {
        let one = try APIKeyFile.appending(entry(), to: text(""), sources: .none)
        let refusals = [one, "keys: []", "[]", "- [", "  - { id: 1 }"]
        for old in refusals {
            #expect(throws: SettingsFaults.self) {
                try APIKeyFile.appending(entry(), to: text(old), sources: .none)
            }
        }
    }

    @Test func `faults of key files are told like those of configurations`() {
        #expect(
            faults("- { id: A, digest: md5, name: \"\", kynd: user, roles: [a, a] }") == [
                "keys.yaml:1:9: [0].id: a key's id is eight characters of a-z and 2-7",
                "keys.yaml:1:20: [0].digest: expected `sha256:` and 64 lower-case hexadecimal digits",
                "keys.yaml:1:31: [0].name: empty; expected a name for the key's holder",
                "keys.yaml:1:35: [0].kynd: unknown key `kynd`; did you mean `kind`?",
                "keys.yaml:1:58: [0].roles[1]: listed twice",
            ])
        let roles = (0...256).map { "r\($0)" }.joined(separator: ", ")
        #expect(
            faults("- { id: aaaaaaaa, digest: \"\(digest)\", name: ci, roles: [\(roles)] }").map {
                $0.hasSuffix("257 values are listed; at most 256 can be")
            } == [true])
        let twice = "{ id: aaaaaaaa, digest: \"\(digest)\", name: ci }"
        #expect(
            faults("- \(twice)\n- \(twice)") == [
                "keys.yaml:2:9: [1].id: another key has this id",
                "keys.yaml:2:27: [1].digest: another key has this digest",
            ])
        #expect(faults("") == [])
        #expect(faults("[]") == [])
    }

    @Test(
        "A key is revoked and given an end without touching anything else",
        arguments: ["\n", "\r\n"])
    func changing(lineEnd: String) throws {
        let old = """
            # keys
            - id: aaaaaaaa   # the first
              digest: \(digest)
              name: ci
            # between
            - digest: \(digest.replacing("0a", with: "0b"))
              expires: 2027-01-31   # old
              id: bbbbbbb2
              name: alice

            """.replacing("\n", with: lineEnd)
        let instant = try #require(UTCInstant(rfc3339: "2026-11-21T09:00:00.000000Z"))
        func change(_ id: String, _ change: APIKeyFile.Change, _ text: String) throws -> String? {
            try APIKeyFile.changing(id, change, in: self.text(text), sources: .none)
        }
        let revoked = try #require(try change("aaaaaaaa", .revoke(at: instant), old))
        #expect(
            revoked
                == old.replacing(
                    "# the first\(lineEnd)",
                    with: "# the first\(lineEnd)  revoked: 2026-11-21T09:00:00.000000Z\(lineEnd)"))
        let keys = try APIKeyFile.read(text(revoked), sources: .none)
        #expect(keys[0].revoked == instant)
        #expect(keys[1].revoked == nil)
        // What was revoked stays revoked since then.
        #expect(
            try change("aaaaaaaa", .revoke(at: UTCInstant(microseconds: 1)), revoked) == revoked)
        let ended = try #require(try change("aaaaaaaa", .end(at: instant), old))
        #expect(try APIKeyFile.read(text(ended), sources: .none)[0].expires == instant)
        let earlier = try #require(try change("bbbbbbb2", .end(at: instant), old))
        #expect(try APIKeyFile.read(text(earlier), sources: .none)[1].expires == instant)
        // A later end does not make a key live longer.
        let later = UTCInstant(microseconds: instant.microseconds * 2)
        #expect(try change("bbbbbbb2", .end(at: later), old) == old)
        #expect(try change("cccccccc", .revoke(at: instant), old) == nil)
    }

    @Test func `a key that is written on one line is not changed`() throws {
        let old = "- { id: aaaaaaaa, digest: \"\(digest)\", name: ci }\n"
        #expect(throws: SettingsFaults.self) {
            try APIKeyFile.changing(
                "aaaaaaaa", .revoke(at: UTCInstant(microseconds: 0)), in: text(old), sources: .none)
        }
    }
}
