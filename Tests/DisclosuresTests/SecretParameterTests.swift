// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Testing

@Suite("Secrets in a query")
struct SecretParameterTests {
    /// The query as it is committed to and sealed.
    private func kept(_ query: String) throws -> String? {
        var randomness = BufferedRandomness(source: .kernel)
        let bytes = Array(query.utf8)
        let nothing: [UInt8] = []
        let what = Disclosure.what(
            path: nothing.span, query: bytes.span,
            subject: SampleKeys.subject(), salt: randomness.salt())
        let value = try JSONParser.parse(Array(what.value), as: .canonical, deepest: 4)
        return value["http.query"]?.string
    }

    @Test("are keys of ours under any name, and under none")
    func ownKeys() throws {
        let key = "csk_aaaaaaaa_" + String(repeating: "b", count: 43)
        #expect(try kept("x=\(key)&y=1") == "x=[redacted]&y=1")
        #expect(try kept("y=1;x=csk%5Faaaaaaaa") == "y=1;x=[redacted]")
        #expect(try kept(key) == "[redacted]")
        #expect(try kept("y=1&\(key)=2") == "y=1&[redacted]")
        #expect(try kept("x=task_1&csk=2&y=csk") == "x=task_1&csk=2&y=csk")
    }

    @Test(
        "are left out, whatever their names look like",
        arguments: [
            "token", "access_token", "accessToken", "ACCESS-TOKEN", "accesstoken", "refresh_token",
            "id_token", "x.token", "token[]", "user[password]", "token2", "code", "password",
            "passwd", "pwd", "db_password", "secret", "client_secret", "key", "api_key", "apiKey",
            "apikey", "API-Key", "x-api-key", "sig", "x_sig", "signature", "X-Amz-Signature",
            "X-Amz-Security-Token", "X-Amz-Credential", "session", "session_id", "sessionid", "sid",
            "jwt", "auth", "authorization", "authorization_code", "client_assertion", "cookie",
            "otp",
            "%74oken", "to%6Ben", "TO%4BEN", "a%5Ftoken", "access%20token", "pass",
        ])
    func names(_ name: String) throws {
        for (query, kept) in [
            ("\(name)=s3cr3t", "\(name)=[redacted]"),
            ("a=1&\(name)=s3cr3t&b=2", "a=1&\(name)=[redacted]&b=2"),
            ("a=1;\(name)=s3=cr3=t;b", "a=1;\(name)=[redacted];b"),
            ("\(name)%3Ds3cr3t", "\(name)%3D[redacted]"),
            ("\(name)==s3cr3t", "\(name)=[redacted]"),
            ("\(name)=1&\(name)=2", "\(name)=[redacted]&\(name)=[redacted]"),
            ("\(name)=&a=1", "\(name)=&a=1"),
            (
                "to=https%3A%2F%2Fx%2Fy%3F\(name)%3Ds3cr3t%26z%3D1",
                "to=https%3A%2F%2Fx%2Fy%3F\(name)%3D[redacted]%26z%3D1"
            ),
            ("to=/y?\(name)=s3cr3t", "to=/y?\(name)=[redacted]"),
        ] {
            #expect(try self.kept(query) == kept)
        }
    }

    @Test(
        "do not take other parameters with them",
        arguments: [
            "a=b", "keyword=x", "monkey=x", "country_code=DE", "zipcode=1", "code_page=2",
            "sort_key=a",
            "primary_key=17", "tokens_left=3", "secretary=ann", "passenger=bob", "designs=1",
            "sessions=2", "author=x", "expand=lines&page=2", "%", "%4", "=", "&&", "=token",
            "a=token",
            "q=password%20policy", "signal=9", "caf%C3%A9=1", "",
        ])
    func others(_ query: String) throws {
        #expect(try kept(query) == (query.isEmpty ? nil : query))
    }

    @Test("are left out before a long query is cut")
    func long() throws {
        let padding = String(repeating: "a=b&", count: 20_000)
        let kept = try #require(try kept("token=s3cr3t&" + padding + "secret=s3cr3t"))
        #expect(kept.hasPrefix("token=[redacted]&a=b"))
        #expect(!kept.contains("s3cr3t"))
    }

    @Test("are left out of text of any form", arguments: 0..<200)
    func generated(_ seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ count: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(count))
        }
        let pieces = [
            "a", "=", "&", ";", "%", "%3D", "%26", "%3f", "?", "token=", "x_key=", "é", "B", "-",
            "[", "%zz",
        ]
        let query = (0..<next(12)).map { _ in pieces[next(pieces.count)] }.joined()
        let kept = try #require(try kept(query + "&access_token=s3cr3t"))
        #expect(!kept.contains("s3cr3t"), "\(query)")
        #expect(kept.hasSuffix("access_token=[redacted]"))
    }
}
