// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `What a running proxy proves and knows of its log` {
    /// A server with an auditor, and the field that shows who asks.
    private func serve(_ site: Site) throws -> (Server, String) {
        let server = try site.serve()
        return (server, try site.account().field)
    }

    private func get(
        _ server: Server, _ path: String, _ fields: String, _ method: String = "GET"
    ) throws -> HTTPConnection.Answer {
        try HTTPConnection.exchange(
            port: server.adminPort,
            "\(method) /api/v1/\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                + "\(method == "POST" ? "Content-Length: 0\r\n" : "")\(fields)\r\n")
    }

    private func json(_ answer: HTTPConnection.Answer) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any],
            "\(answer.text)")
    }

    /// The server's word on its log, once a check has come to an end that a condition holds for.
    private func integrity(
        _ server: Server, _ token: String, where holds: ([String: Any]) -> Bool
    ) throws -> [String: Any] {
        try server.waits(orSays: "the check is \(try get(server, "integrity", token).text)") {
            let integrity = try json(try get(server, "integrity", token))
            return holds(integrity) ? integrity : nil
        }
    }

    @Test func `is checked by the auditor's tool, with nothing but the key`() async throws {
        try await scenario {
            let site = try Site()
            let (server, token) = try serve(site)
            let uid = try #require(try server.exchange(site.request()).record)
            let key = try server.admin("/tlog/log.vkey").text.trimmed
            let proof = try get(server, "records/\(uid)/proof", token)
            #expect(proof.status == 200, "\(proof.text)")
            #expect(proof.fields["cache-control"] == "no-store")
            #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\n"))
            try site.folder.write(proof.body, to: "one.tlog-proof")
            let good = try site.folder.start(.verifier, ["one.tlog-proof", "--key", key]).ending()
            #expect(good.status == 0, "\(good.text)\(good.messages)")

            // Of a size that was published, the bytes never change.
            let size = try server.waits(orSays: "nothing is published of the log") {
                let page = try json(try get(server, "checkpoints?limit=1", token))
                return (page["rows"] as? [[String: Any]])?.first?["size"] as? Int
            }
            let target = "records/0/proof?size=\(size)"
            let fixed = try get(server, target, token)
            #expect(fixed.status == 200, "\(fixed.text)")
            #expect(fixed.fields["cache-control"]?.contains("private") == true)
            #expect(fixed.fields["cache-control"]?.contains("immutable") == true)
            for _ in 0..<3 { _ = try server.exchange(site.request()) }
            #expect(try get(server, target, token).body == fixed.body)
            try site.folder.write(fixed.body, to: "fixed.tlog-proof")
            let again = try site.folder.start(.verifier, ["fixed.tlog-proof", "--key", key])
                .ending()
            #expect(again.status == 0, "\(again.text)\(again.messages)")

            let parts = try json(try get(server, "records/\(uid)/proof?format=json", token))
            let text = try #require(parts["proof"] as? String)
            #expect((parts["siblings"] as? [String])?.isEmpty == false)
            var bytes = Array(text.utf8)
            bytes[bytes.count / 3] ^= 1
            try site.folder.write(bytes, to: "bad.tlog-proof")
            let bad = try site.folder.start(.verifier, ["bad.tlog-proof", "--key", key]).ending()
            #expect(bad.status != 0)
            for (wrong, status) in [
                ("records/0/proof?size=999999", 400), ("records/999999/proof", 404),
                ("records/\(uid)/proof?index=0", 404), ("records/x/proof", 404),
            ] {
                #expect(try get(server, wrong, token).status == status, "\(wrong)")
            }
            #expect(try server.stop().status == 0)
        }
    }

    @Test func `finds what was changed under it, and remembers that`() async throws {
        try await scenario {
            let site = try Site()
            let (server, token) = try serve(site)
            for _ in 0..<5 { _ = try server.exchange(site.request()) }
            _ = try get(server, "integrity", token, "POST")
            let good = try integrity(server, token) {
                $0["verdict"] as? String == "verified"
                    && ($0["integrity"] as? String)?.contains("nothing was changed") == true
            }
            #expect((good["completeness"] as? String)?.contains("none is missing") == true)
            // They are those of the last check, which may have begun before this start was in the log.
            try server.waits(orSays: try get(server, "producers", token).text) {
                _ = try get(server, "integrity", token, "POST")
                let producers = try json(try get(server, "producers", token))
                let newest = (producers["rows"] as? [[String: Any]])?.last
                return newest?["state"] as? String == "running" ? () : nil
            }
            #expect(try site.read("status").text.contains("nothing changed, none missing"))

            // What is not published yet is still to be written in its place, over whatever somebody changes there.
            let durable = try #require(try json(try server.admin("/status"))["size"] as? Int)
            try server.waits(orSays: "the accesses are not published") { () -> Void? in
                let file = site.folder.file("site/log/checkpoint")
                guard FileManager.default.fileExists(atPath: file) else { return nil }
                let note = try site.folder.text("site/log/checkpoint").split(separator: "\n")
                return note.count > 1 && (Int(note[1]) ?? 0) >= durable ? () : nil
            }

            // Whoever can write there changes a record.
            let path = "site/log/segments/00000000/entries"
            var bytes = try site.folder.bytes(path)
            let place = try #require(bytes.firstRange(of: Array("\"GET\"".utf8))?.lowerBound)
            bytes[place + 1] ^= 1
            try site.folder.write(bytes, to: path)
            #expect(try get(server, "integrity", token, "POST").status == 202)
            let bad = try integrity(server, token) { $0["verdict"] as? String != "verified" }
            #expect(bad["verdict"] as? String == "integrity_failure", "\(bad)")
            #expect((bad["integrity"] as? String)?.contains("something was changed") == true)
            let page = try server.admin("/metrics").text
            #expect(page.contains("countersign_check_verdict{verdict=\"integrity_failure\"} 1\n"))
            #expect(try site.read("status").text.contains("something was changed"))
            let ending = try server.stop()
            #expect(ending.messages.contains("log was changed; run countersign verify"))
            let kept = try site.folder.text("site/log-state/check.json")
            #expect(kept.contains("integrity_failure"))
        }
    }

    @Test func `says who read it, of which there is a record, too`() async throws {
        try await scenario {
            let site = try Site()
            let (server, token) = try serve(site)
            _ = try server.exchange(site.request())
            #expect(
                try get(server, "records?q=status:200&purpose=a+look", token).status == 200)
            let page = try json(try get(server, "audit?limit=10", token))
            let rows = try #require(page["rows"] as? [[String: Any]])
            let first = try #require(rows.first)
            #expect(first["action"] as? String == "log.query")
            // In words of one's own it is sealed, and shown to whoever says why.
            #expect(first["purpose"] is NSNull)
            #expect(first["purpose_sealed"] as? Bool == true)
            let asked = try json(try get(server, "audit?limit=10&purpose=DSR-1", token))
            let opened = try #require(asked["rows"] as? [[String: Any]])
            #expect(opened.contains { $0["purpose"] as? String == "a look" })
            #expect(!opened.contains { $0["purpose_sealed"] as? Bool == true })
            #expect(first["rows"] as? Int == 1)
            #expect(first["reader_kind"] as? String == "user")
            #expect((first["reader"] as? String)?.hasPrefix("acc_") == true)
            #expect((first["hash"] as? String)?.hasPrefix("sha256:") == true)
            let again = try json(try get(server, "audit?limit=10", token))
            let more = try #require(again["rows"] as? [[String: Any]])
            #expect(more.count == rows.count + 2)
            #expect(more.first?["uid"] as? String == asked["recorded"] as? String)
            #expect(more.first?["purpose"] as? String == "DSR-1")
            #expect(try server.stop().status == 0)
        }
    }
}
