// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Settings
import Testing

/// Files as people and their editors leave them.
struct WrittenFormTests {
    @Test func `a byte order mark and Windows line ends change nothing`() throws {
        let plain = try TestSettings.read(TestSettings.minimal)
        for text in [
            "\u{FEFF}" + TestSettings.minimal, TestSettings.minimal.replacing("\n", with: "\r\n"),
            "\u{FEFF}" + TestSettings.minimal.replacing("\n", with: "\r\n"),
        ] { #expect(try TestSettings.read(text).configHash == plain.configHash) }
    }

    @Test(
        "A character that ends a line for some readers and not for others is refused by name",
        arguments: [
            ("\u{85}", "U+0085"), ("\u{2028}", "U+2028"), ("\u{2029}", "U+2029"),
            ("\r", "carriage return"), ("\u{FEFF}", "U+FEFF"),
        ])
    func lineEnds(character: String, name: String) {
        // A live rule can hide behind what looks like a comment.
        for text in [
            "# no rules yet\(character)version: 1\n",
            TestSettings.minimal
                + "    # note \(character)    rules: [ { id: all, allow: all } ]\n",
            TestSettings.minimal.with("demo", "\"de\(character)mo\""),
        ] {
            let faults = TestSettings.faults(text)
            #expect(faults.count == 1)
            #expect(faults.first?.contains(name) == true, "\(faults)")
        }
        #expect(TestSettings.faults("version: 1 \(character)x").first?.hasPrefix("1:12: ") == true)
    }

    @Test func `merge keys take in sections, and what is written goes before them`() throws {
        let text = TestSettings.minimal.with(
            "  - address: 127.0.0.1:8080",
            "  - { address: \"127.0.0.1:1\", http: &h { max_headers: 7, max_connections: 9 } }\n"
                + "  - { address: \"127.0.0.1:2\", http: { <<: *h, max_headers: 8 } }\n"
                + "  - { address: \"127.0.0.1:3\", http: { max_headers: 5, <<: [{ max_headers: 6 }, *h] } }"
        )
        let http = try TestSettings.read(text).settings.listen.map(\.http)
        #expect(http.map(\.wire.fields) == [7, 8, 5])
        #expect(http.map(\.mostConnections) == [9, 9, 9])
        let quoted = TestSettings.minimal + "\"<<\": 1\n"
        #expect(TestSettings.faults(quoted).first?.contains("unknown key `<<`") == true)
        let wrong = TestSettings.minimal + "<<: 1\n"
        #expect(TestSettings.faults(wrong).first?.contains("takes in a section") == true)
    }

    @Test(
        "A role that nobody can have is told where it stands",
        arguments: [
            ("", "no identity can give the role `reader`"),
            (
                "identity:\n  - { name: c, jwks: { file: j, issuer: i, audience: [a], roles_claims: [] } }\n",
                "no identity can give the role `reader`"
            ),
            (
                "identity:\n  - { name: c, jwks: { file: j, issuer: i, audience: [a] } }\n", nil
            ),
            ("identity:\n  - { name: k, api_keys: { file: keys.yaml } }\n", nil),
        ] as [(String, String?)])
    func roles(identity: String, fault: String?) {
        let text =
            TestSettings.minimal + "    rules:\n      - { id: r, allow: { roles: [reader] } }\n"
            + identity
        let faults = TestSettings.faults(text)
        #expect(faults.isEmpty == (fault == nil), "\(faults)")
        if let fault { #expect(faults.first?.contains(fault) == true, "\(faults)") }
    }

    @Test func `a claim with a dot is a path or a quoted name`() throws {
        func faults(_ claim: String) -> [String] {
            TestSettings.faults(
                TestSettings.minimal
                    + "identity:\n  - name: c\n    jwks: { file: j, issuer: i, audience: [a], roles_claims: [\(claim)] }\n"
            )
        }
        #expect(faults("realm_access.roles").first?.contains("/realm_access/roles") == true)
        for claim in [
            "/realm_access/roles", "'\"realm_access.roles\"'", "\"https://example.com/roles\"",
            "roles",
        ] { #expect(faults(claim).isEmpty, "\(claim)") }
    }

    @Test func `headers are kept where both settings say so`() {
        func faults(_ privacy: String) -> [String] {
            TestSettings.faults(TestSettings.minimal + "privacy: { \(privacy) }\n")
        }
        #expect(faults("capture_headers: [accept]").count == 1)
        #expect(faults("commit: { payload: [headers] }").count == 1)
        #expect(faults("commit: { payload: [headers] }, capture_headers: [accept]").isEmpty)
    }
}
