// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Outputs over HTTP` {
    enum Kind: String, CaseIterable {
        case webhook
        case otlp
        case hec
    }

    /// A program that takes records, does what it is told, and notes what is not as specified.
    private struct Receiver {
        let kind: Kind
        let folder: ScenarioFolder
        let port: Int

        private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

        init(_ kind: Kind, _ site: Site) throws {
            self.kind = kind
            folder = site.folder
            port = try Socket.listening().port
            try folder.make("receiver")
            try folder.write(Array((Self.secret + "\n").utf8), to: "receiver/secret")
            try set("ok")
        }

        /// What it does from the next request on.
        func set(_ mode: String) throws {
            // In one step: it is read at any time.
            try folder.write(Array(mode.utf8), to: "receiver/mode.new")
            guard rename(folder.file("receiver/mode.new"), folder.file("receiver/mode")) == 0
            else { throw ScenarioFault("the mode cannot be set") }
        }

        func start() throws -> ChildProcess {
            let script = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Clients/receivers.py").path
            return try ChildProcess(
                "/usr/bin/env",
                ["python3", script, kind.rawValue, "\(port)", folder.file("receiver")],
                in: folder.path,
                environment: ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"])
        }

        var output: String {
            let secret = "\"file:\(folder.file("receiver/secret"))\""
            let receiver =
                switch kind {
                case .webhook:
                    "webhook: {url: \"http://127.0.0.1:\(port)/hook\", secrets: [\(secret)]}"
                case .otlp:
                    "otlp: {url: \"http://127.0.0.1:\(port)/v1/logs\", token: \(secret)}"
                case .hec:
                    "splunk: {url: \"http://127.0.0.1:\(port)/services/collector\", token: \(secret)}"
                }
            return "outputs: [{name: siem, \(receiver)}]\n"
        }

        func indices() throws -> [Int] {
            guard folder.exists("receiver/taken") else { return [] }
            return try folder.text("receiver/taken").split(separator: "\n").compactMap { Int($0) }
        }

        /// What the proxy wrote of its own after somebody looked has come, too, or has not.
        func checkEachOnce(atLeast count: Int) throws {
            let indices = try indices()
            #expect(indices == Array(0..<indices.count))
            #expect(indices.count >= count)
        }

        func checkNoFaults() throws {
            guard folder.exists("receiver/faults") else { return }
            Issue.record("\(try folder.text("receiver/faults"))")
        }
    }

    private static func begin(_ kind: Kind) throws -> (Site, Receiver) {
        let site = try Site()
        let receiver = try Receiver(kind, site)
        try site.folder.edit(
            Site.configuration, [("version: 1\n", "version: 1\n" + receiver.output)])
        return (site, receiver)
    }

    private static func ask(_ server: Server, _ site: Site, _ count: Int = 20) throws {
        for _ in 0..<count { #expect(try server.exchange(site.request()).status == 200) }
    }

    @Test(arguments: Kind.allCases)
    func `lose nothing to a receiver that is down, slow, busy, or lets nobody in for a while`(
        kind: Kind
    ) async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(kind)
            let first = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site)
            try server.output(reaches: Server.isComplete)
            first.signal(9)
            _ = try first.ending()
            try Self.ask(server, site)
            try server.output { $0["code"] as? String == "unreachable" }
            let second = try receiver.start()
            try server.output(reaches: Server.isComplete)
            for (mode, code) in [
                ("status 401", "not_permitted"), ("status 429", "busy"), ("status 503", "busy"),
                ("cut", "disconnected"), ("redirect", "bad_answer"),
            ] {
                try receiver.set(mode)
                try Self.ask(server, site, 5)
                try server.output {
                    $0["code"] as? String == code && $0["state"] as? String == "failing"
                }
                try receiver.set("ok")
                try server.output(reaches: Server.isComplete)
            }
            try receiver.set("slow")
            try Self.ask(server, site, 5)
            let standing = try server.output(reaches: Server.isComplete)
            // Nobody's record was at fault in any of it.
            #expect(standing["rejected"] as? Int == 0)
            #expect(try server.stop().status == 0)
            second.signal(15)
            _ = try second.ending()
            let indices = try receiver.indices()
            let size = try #require(standing["next"] as? Int)
            #expect(Set(indices).isSuperset(of: 0..<size))
            // What is there twice was repeated as a whole run: nothing is left out in between.
            for (one, next) in zip(indices, indices.dropFirst()) where next != one + 1 {
                #expect(next <= one, "\(one) is followed by \(next)")
            }
            try receiver.checkNoFaults()
        }
    }

    @Test(arguments: Kind.allCases)
    func `leave out one record that the receiver refuses, and say so in the log`(
        kind: Kind
    ) async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(kind)
            try receiver.set("refuse 7")
            let running = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site)
            let standing = try server.output {
                Server.isComplete($0) && $0["rejected"] as? Int == 1
            }
            #expect(try server.stop().status == 0)
            running.signal(15)
            _ = try running.ending()
            let size = try #require(standing["next"] as? Int)
            #expect(Set(try receiver.indices()).isSuperset(of: (0..<size).filter { $0 != 7 }))
            #expect(!(try receiver.indices()).contains(7))
            let found = try site.read("log", "query", "action:output.reject", "--json")
            #expect(found.text.contains("\"index\":7"))
            try receiver.checkNoFaults()
        }
    }

    @Test func `count what a collector says it left out, and do not send it again`() async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(.otlp)
            try receiver.set("partial")
            let running = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site, 3)
            try server.output { Server.isComplete($0) && $0["rejected"] as? Int ?? 0 > 0 }
            try receiver.set("ok")
            let standing = try server.output(reaches: Server.isComplete)
            #expect(try server.stop().status == 0)
            running.signal(15)
            _ = try running.ending()
            try receiver.checkEachOnce(atLeast: try #require(standing["next"] as? Int))
            let found = try site.read("log", "query", "action:output.reject", "--json")
            #expect(found.text.contains("not said which: one too many"))
            try receiver.checkNoFaults()
        }
    }

    @Test func `count as delivered what Splunk has stored, not what it has taken`() async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(.hec)
            try receiver.set("unstored")
            let running = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site, 5)
            try server.output { _ in try receiver.indices().count >= 5 }
            #expect(try server.output()["next"] as? Int == 0)
            try receiver.set("ok")
            let standing = try server.output(reaches: Server.isComplete)
            #expect(try server.stop().status == 0)
            running.signal(15)
            _ = try running.ending()
            // Nothing had to be sent twice.
            try receiver.checkEachOnce(atLeast: try #require(standing["next"] as? Int))
            try receiver.checkNoFaults()
        }
    }

    @Test(arguments: Kind.allCases)
    func `lose nothing to a receiver that is killed in the middle of its answer`(
        kind: Kind
    ) async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(kind)
            let first = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site, 5)
            try server.output(reaches: Server.isComplete)
            try receiver.set("die")
            try Self.ask(server, site, 5)
            #expect(try first.ending().status == -9)
            let failing = try server.output { $0["state"] as? String == "failing" }
            let before = try receiver.indices()
            // It has them, and has not said so to its end.
            #expect(try #require(failing["next"] as? Int) < before.count)
            try receiver.set("ok")
            let second = try receiver.start()
            let standing = try server.output(reaches: Server.isComplete)
            #expect(standing["rejected"] as? Int == 0)
            #expect(try server.stop().status == 0)
            second.signal(15)
            _ = try second.ending()
            let indices = try receiver.indices()
            #expect(Set(indices).isSuperset(of: 0..<(try #require(standing["next"] as? Int))))
            for (one, next) in zip(indices, indices.dropFirst()) where next != one + 1 {
                #expect(next <= one, "\(one) is followed by \(next)")
            }
            try receiver.checkNoFaults()
        }
    }

    @Test func `go over TLS to nobody whom the authority of the configuration does not vouch for`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let receiver = try Receiver(.webhook, site)
            try site.folder.makeCertificates()
            let tls = try site.folder.bytes("r.pem") + site.folder.bytes("r.key")
            try site.folder.write(tls, to: "receiver/tls.pem")
            let plain = receiver.output
            /// The configuration of another way to the same receiver.
            func way(_ host: String, ca: String?) -> String {
                plain.replacing("http://127.0.0.1", with: "https://\(host)").replacing(
                    "secrets:", with: (ca.map { "ca: \($0), " } ?? "") + "secrets:")
            }
            let ca = site.folder.file("ca.pem")
            let wrongName = way("127.0.0.1", ca: ca)
            let (unknown, right) = (way("localhost", ca: nil), way("localhost", ca: ca))
            try site.folder.edit(
                Site.configuration, [("version: 1\n", "version: 1\n" + wrongName)])
            let running = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site, 3)
            try server.output { $0["code"] as? String == "not_trusted" }
            try site.folder.edit(Site.configuration, [(wrongName, unknown)])
            _ = try site.read("reload")
            let standing = try server.output {
                ($0["target"] as? String)?.contains("localhost") == true
                    && $0["code"] as? String == "not_trusted"
            }
            #expect(standing["next"] as? Int == 0)
            #expect(try receiver.indices().isEmpty)
            try site.folder.edit(Site.configuration, [(unknown, right)])
            _ = try site.read("reload")
            let complete = try server.output(reaches: Server.isComplete)
            #expect(try server.stop().status == 0)
            running.signal(15)
            _ = try running.ending()
            try receiver.checkEachOnce(atLeast: try #require(complete["next"] as? Int))
            try receiver.checkNoFaults()
        }
    }

    @Test func `show no secret anywhere`() async throws {
        try await scenario {
            let (site, receiver) = try Self.begin(.hec)
            try receiver.set("status 401")
            let running = try receiver.start()
            let server = try site.serve()
            try Self.ask(server, site, 1)
            try server.output { $0["code"] as? String == "not_permitted" }
            let page = String(decoding: try server.admin("/status").body, as: UTF8.self)
            let check = try site.folder.run(.countersign, "check", "-c", Site.configuration)
            let list = try site.folder.run(.countersign, "output", "list", "-c", Site.configuration)
            let ending = try server.stop()
            running.signal(15)
            _ = try running.ending()
            for text in [
                page, check.text, check.messages, list.text, list.messages, ending.text,
                ending.messages, try site.leaves().joined(separator: "\n"),
            ] {
                #expect(!text.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            }
            let stray = try site.folder.text(Site.configuration)
                .replacing(/token: "[^"]*"/, with: "token: \"plain-secret\"")
            try site.folder.write(Array(stray.utf8), to: Site.configuration)
            let refused = try site.folder.run(.countersign, "check", "-c", Site.configuration)
            #expect(refused.status == 2)
            #expect(
                (refused.text + refused.messages).contains("does not stand in the configuration"))
            #expect(!(refused.text + refused.messages).contains("plain-secret"))
        }
    }
}
