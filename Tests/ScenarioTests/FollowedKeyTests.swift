// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

/// Who uses a key that is revoked is nobody, and can be followed all the same.
@Suite struct `Following a key` {
    @Test func `finds its refused uses by name, opaque id and key id, and says whose it was`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let key = try site.folder.succeed(
                "token", "mint", "--as", "Bob Reader", "--kind", "user", "--role", "reader", "-c",
                Site.configuration
            ).text.trimmed
            let id = String(key.dropFirst(4).prefix(8))
            let request = "GET /invoices/7 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\r\n"
            #expect(try server.exchange(request).status == 200)
            try site.folder.succeed("token", "revoke", id, "-c", Site.configuration)
            let refused = try server.exchange(request)
            #expect(refused.status == 401)
            let uid = try #require(refused.record)
            let leaf = try #require(try site.leaves().first { $0.contains(uid) })
            let subject = try #require(leaf.firstMatch(of: /"uid":"(sub_[^"]+)"/)?.1)

            let claim = "anonymous (claims key \(id) of Bob Reader)"
            for actor in ["Bob Reader", String(subject), id] {
                let found = try site.read(
                    "log", "query", "--actor", actor, "--reason", "key_revoked", "--wide")
                #expect(found.text.contains(claim), "\(actor): \(found.text)")
                #expect(found.text.split(separator: "\n").count == 2, "\(found.text)")
                let all = try site.read("log", "query", "--actor", actor)
                #expect(all.text.contains("ALLOW 200"), "\(actor): \(all.text)")
            }
            // What stands in the records is found where names are sealed.
            let sealed = try site.read("log", "query", "--actor", id, "--sealed", "--wide")
            #expect(sealed.text.contains("claims key \(id) of \(subject)"), "\(sealed.text)")
            let stranger = try site.folder.run(
                .countersign, "log", "query", "--actor", "aaaaaaaa", "--sealed", "-c",
                Site.configuration)
            #expect(stranger.status == 3)
            #expect(stranger.messages.contains("Names are sealed"), "\(stranger.messages)")

            #expect(try site.read("log", "tail", "--wide").text.contains(claim))
            #expect(try site.read("explain", uid).text.contains("\(claim) asked demo for GET"))
            #expect(try server.stop().status == 0)
        }
    }
}

/// `explain` names the service that was asked, and what to do there.
@Suite struct `Explaining what a service refused` {
    /// What `explain` says of a request of Alice's.
    private func explained(
        _ line: String, _ status: Int, _ site: Site, _ server: Server
    ) throws -> String {
        let answer = try server.exchange(site.request(line))
        #expect(answer.status == status, "\(line)")
        return try site.read("explain", try #require(answer.record)).text
    }

    @Test func `names it where no route of its matches`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let method = try explained("PUT /invoices/1", 405, site, server)
            #expect(method.contains("asked demo for PUT /invoices/1"), "\(method)")
            #expect(method.contains("under `routes` of service demo"), "\(method)")
            let route = try explained("GET /nothere", 404, site, server)
            #expect(route.contains("asked demo for GET /nothere"), "\(route)")
            #expect(route.contains("under `routes` of service demo"), "\(route)")
            for leaf in try site.leaves().filter({ $0.contains("\"stage\":\"refused\"") }) {
                #expect(leaf.contains("\"dst\":{\"service\":\"demo\"}"), "\(leaf)")
                #expect(leaf.contains("\"policy\":\"demo\""), "\(leaf)")
            }
            _ = try site.read("verify")
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `says what the reading was that decided, and which setting is about it`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            let text = try explained("GET /invoices/a%2Fb", 403, site, server)
            for words in ["read as encoded_slash", "with `%2F` for a slash", "allow_encoded_slash"]
            {
                #expect(text.contains(words), "\(words): \(text)")
            }
            #expect(!text.contains("change the rule"), "\(text)")
            #expect(try server.stop().status == 0)
        }
    }
}
