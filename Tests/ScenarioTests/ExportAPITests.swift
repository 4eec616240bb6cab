// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `A pack that was ordered over HTTP` {
    private func ask(
        _ server: Server, _ token: String, _ line: String, _ body: String? = nil
    ) throws -> HTTPConnection.Answer {
        let fields = body.map {
            "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n"
        }
        return try HTTPConnection.exchange(
            port: server.adminPort,
            "\(line) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\(fields ?? "")\(token)\r\n\(body ?? "")"
        )
    }

    private func json(_ answer: HTTPConnection.Answer) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
            "\(answer.text)")
    }

    /// Returns when everything that is durable was published, so that a command can name the size.
    private func rest(_ site: Site, _ server: Server) throws {
        try server.waits(orSays: "the log does not come to rest") { () -> Void? in
            let durable = try json(try server.admin("/status"))["size"] as? Int
            // What is served may be newer than what was published, and a busy machine may have published nothing yet.
            let published = "site/log/checkpoint"
            guard FileManager.default.fileExists(atPath: site.folder.file(published)) else {
                return nil
            }
            let note = try site.folder.text(published).split(separator: "\n")
            return durable != nil && note.count > 1 && Int(note[1]) == durable ? () : nil
        }
    }

    @Test
    func `is the command's, byte for byte, also where the server was killed over it, and verifies`()
        async throws
    {
        try await scenario {
            let site = try Site(rate: "rate: 100000/s, burst: 1000")
            let first = try site.serve()
            let token = try site.account().field
            let load = Load(port: first.port, clients: 4, most: 75, requests: [site.request()])
            #expect(try load.finished().count == 300)
            try rest(site, first)
            let order = try ask(
                first, token, "POST /api/v1/exports",
                "{\"q\":\"status:200 -service:none\",\"disclose\":\"what\",\"purpose\":\"a review\"}"
            )
            try #require(order.status == 202, "\(order.text)")
            let place = try #require(order.fields["location"])
            first.process.signal(9)
            #expect(try first.process.ending().status == -9)

            let server = try site.serve()
            let job = try server.waits(orSays: try ask(server, token, "GET \(place)").text) {
                let job = try json(try ask(server, token, "GET \(place)"))
                if job["state"] as? String == "failed" { throw ScenarioFault("\(job)") }
                return job["state"] as? String == "done" ? job : nil
            }
            #expect(job["matches"] as? Int == 300)
            let content = try ask(server, token, "GET \(place)/content")
            #expect(content.status == 200)
            try site.folder.write(content.body, to: "fetched.tar")
            let id = try #require(job["id"] as? String)
            let folder = "site/log-exports"
            for (path, mode) in [(folder, 0o700), (folder + "/\(id)/pack.tar", 0o600)] {
                let found = try FileManager.default.attributesOfItem(
                    atPath: site.folder.file(path))[.posixPermissions]
                #expect(found as? Int == mode, "\(path)")
            }

            // The same order of the same size, as a command.
            let size = try #require(job["size"] as? Int)
            let account = try #require(job["account"] as? String)
            let time = try #require(job["ordered"] as? String)
            _ = try site.read(
                "log", "export", "--format", "pack", "-q", "status:200 -service:none",
                "--disclose", "what", "--purpose", "a review", "--size", "\(size)", "--uid", id,
                "--at", time, "--requested-by", "account \(account)", "--out", "made.tar")
            #expect(try site.folder.bytes("made.tar") == content.body)
            let key = try server.admin("/tlog/log.vkey").text.trimmed
            func verdict(_ name: String) throws -> ChildProcess.Ending {
                try site.folder.start(.verifier, ["pack", name, "--key", key]).ending()
            }
            let (fetched, made) = (try verdict("fetched.tar"), try verdict("made.tar"))
            #expect(fetched.status == 0, "\(fetched.text)\(fetched.messages)")
            #expect(fetched.text.replacing("fetched.tar", with: "made.tar") == made.text)

            #expect(try ask(server, token, "DELETE \(place)").status == 204)
            #expect(try site.folder.files(below: folder).isEmpty)
            let metrics = try server.admin("/metrics").text
            #expect(metrics.contains("countersign_exports{state=\"done\"} 0"))
            #expect(try server.stop().status == 0)
            // Ordered, made, and fetched; and the command's own.
            let leaves = try site.leaves().filter { $0.contains("\"action\":\"log.export\"") }
            #expect(leaves.count == 4)
            #expect(leaves.first.flatMap(Site.uid) == Substring(id))
            #expect(leaves.count { $0.contains("\"about\":\"\(id)\"") } == 2)
            _ = try site.read("verify")
        }
    }

    @Test func `is gone with the account that ordered it, and the log says so`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.write(Array("a long enough one".utf8), to: "password.txt")
            for name in ["ann", "bob"] {
                try site.folder.succeed(
                    "user", "add", name, "--role", "auditor", "--password-file", "password.txt",
                    "-c", Site.configuration)
            }
            let server = try site.serve()
            func token(_ name: String) throws -> String {
                "Authorization: Bearer \(try site.read("user", "token", "mint", name).text.trimmed)\r\n"
            }
            let (ann, bob) = (try token("ann"), try token("bob"))
            #expect(try server.exchange(site.request()).status == 200)
            var places: [String] = []
            for token in [ann, bob] {
                let order = try ask(
                    server, token, "POST /api/v1/exports",
                    "{\"q\":\"status:200\",\"purpose\":\"a certain review\"}")
                let place = try #require(order.fields["location"], "\(order.text)")
                places.append(place)
                let end = ContinuousClock.now + patience
                while try json(ask(server, token, "GET \(place)"))["state"] as? String != "done" {
                    guard ContinuousClock.now < end else { throw ScenarioFault("it is not made") }
                    sched_yield()
                }
            }
            let ids = places.compactMap { $0.split(separator: "/").last }
            _ = try site.read("user", "remove", "ann")
            let end = ContinuousClock.now + patience
            let folder = "site/log-exports/\(ids[0])"
            func isGone() throws -> Bool {
                let order = try site.folder.text(folder + "/order.json")
                return try !order.contains("certain review") && !order.contains("status:200")
                    && site.folder.files(below: folder) == ["job.json", "order.json"]
            }
            while try !isGone() {
                guard ContinuousClock.now < end else { throw ScenarioFault("it is there still") }
                sched_yield()
            }
            #expect(
                try server.admin("/metrics").text.contains(
                    "countersign_exports{state=\"account_removed\"} 1"))
            #expect(try ask(server, ann, "GET \(places[0])/content").status == 401)
            let all = try json(try ask(server, bob, "GET /api/v1/exports?whose=all"))
            let rows = try #require(all["rows"] as? [[String: Any]])
            #expect(rows.map { $0["state"] as? String } == ["account_removed", "done"])
            #expect(try ask(server, bob, "GET \(places[1])/content").status == 200)
            #expect(try server.stop().status == 0)
            let ended = try site.leaves().filter { $0.contains("\"ended\":\"account_removed\"") }
            #expect(ended.count == 1)
            #expect(ended.first?.contains("\"about\":\"\(ids[0])\"") == true)
            #expect(ended.first?.contains("\"action\":\"log.export\"") == true)
            _ = try site.read("verify")
        }
    }
}
