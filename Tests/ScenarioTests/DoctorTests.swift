// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// What keeps a server from starting, and what is done to a site for it.
enum StartFault: String, CaseIterable, Sendable {
    case keyMissing, keyOpen, keyOfAnotherLog, anotherKey, apiKeysBroken
    case memoryUnreadable, memoryOfAnotherLog, rolledBack, fileIsFolder, recordsCut
    case listenTaken, adminTaken, authorityMissing, certificateMissing, stateIsFile

    fileprivate func inflict(on site: Site) throws {
        let folder = site.folder
        func edit(_ old: String, _ new: String) throws {
            try folder.edit(Site.configuration, [(old, new)])
        }
        switch self {
        case .keyMissing: try folder.remove("site/log.key")
        case .keyOpen: try folder.setMode(0o644, of: "site/log.key")
        case .keyOfAnotherLog, .anotherKey:
            let origin = self == .anotherKey ? "log.example/scenario" : "log.example/other"
            try folder.succeed("init", "--dir", "other", "--origin", origin)
            try folder.write(try folder.bytes("other/log.key"), to: "site/log.key")
        case .apiKeysBroken: try folder.write(Array("- nonsense".utf8), to: "site/keys.yaml")
        case .memoryUnreadable:
            try folder.write(
                [UInt8](repeating: 0x5A, count: 8192), to: "site/log-state/checkpoint.slots")
        case .memoryOfAnotherLog:
            try folder.succeed("init", "--dir", "other", "--origin", "log.example/other")
            try folder.succeed("key", "rotate", "-c", "other/countersign.yaml")
            try folder.write(
                try folder.bytes("other/log-state/checkpoint.slots"),
                to: "site/log-state/checkpoint.slots")
        case .rolledBack:
            try folder.copy("site/log", to: "then")
            let server = try site.serve()
            _ = try server.exchange(site.request())
            guard try server.stop().status == 0 else { throw ScenarioFault("no stop") }
            try folder.remove("site/log")
            try folder.copy("then", to: "site/log")
        case .fileIsFolder:
            try folder.remove("site/log/checkpoints")
            try folder.make("site/log/checkpoints")
        case .recordsCut:
            for name in try folder.files(below: "site/log") where name.hasPrefix("commits.") {
                try folder.write([], to: "site/log/" + name)
            }
            let entries = try #require(
                try folder.files(below: "site/log").first { $0.hasSuffix("entries") })
            let bytes = try folder.bytes("site/log/" + entries)
            try folder.write(Array(bytes.prefix(bytes.count / 2)), to: "site/log/" + entries)
        case .listenTaken:
            // A service at the proxy's own address would be a mistake of another kind.
            try edit("http://127.0.0.1:\(site.service.port)", "http://127.0.0.1:1")
            try edit("127.0.0.1:0  #", "127.0.0.1:\(site.service.port)  #")
        case .adminTaken: try edit("127.0.0.1:0    #", "127.0.0.1:\(site.service.port)    #")
        case .authorityMissing:
            try edit("connect_timeout: 120s", "connect_timeout: 120s, ca: nowhere.pem")
            try edit("http://127.0.0.1:\(site.service.port)", "https://localhost:1")
        case .certificateMissing:
            try edit(
                "listen:\n",
                "listen:\n  - { address: 127.0.0.1:0, tls: { cert: nowhere.crt, key: x.key } }\n")
        case .stateIsFile:
            try folder.remove("site/log-state")
            try folder.write([1], to: "site/log-state")
        }
    }

    /// What both have to say of it, where they do not say the same.
    fileprivate func place(in site: Site) -> String? {
        switch self {
        case .listenTaken, .adminTaken: "127.0.0.1:\(site.service.port)"
        default: nil
        }
    }
}

@Suite struct `doctor and serve` {
    @Test(arguments: StartFault.allCases)
    func `name the same faults, and doctor changes nothing`(fault: StartFault) async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            try fault.inflict(on: site)
            let before = try site.folder.files(below: "site")
            let contents = try before.map { try site.folder.bytes("site/" + $0) }
            let doctor = try site.folder.start(
                .countersign, ["doctor", "-c", Site.configuration]
            ).ending()
            #expect(try site.folder.files(below: "site") == before)
            #expect(try before.map { try site.folder.bytes("site/" + $0) } == contents)
            let serve = try site.start().ending()
            #expect(serve.status != 0)
            #expect(doctor.status != 0)
            let said = try #require(
                serve.messages.split(separator: "\n").first { $0.hasPrefix("countersign: ") })
            let words = fault.place(in: site) ?? String(said.dropFirst("countersign: ".count))
            #expect(said.contains(words))
            #expect(
                (doctor.text + doctor.messages).contains(words),
                "\(said)\n\(doctor.text)\(doctor.messages)")
        }
    }

    @Test func `of a segment that was put away, all who would read it say where it is`()
        async throws
    {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            #expect(try server.stop().status == 0)
            let key = try site.read("key", "export-public").text.trimmed
            #expect(!(try site.read("doctor").text.contains("segments")))
            try site.putAway(to: "s3://vault/0")
            let doctor = try site.read("doctor").text
            #expect(
                doctor.contains(
                    "warn  segments: 1 is not here, first segments/00000000 (archived: s3://vault/0)"
                ))
            let got = try site.folder.run(
                .countersign, "log", "get", "1", "-c", Site.configuration)
            #expect(got.status == 3, "\(got.text) \(got.messages)")
            #expect(got.messages.contains("archived: s3://vault/0"))
            let verified = try site.folder.run(.verifier, "site/log", "--key", key)
            #expect(verified.status == 10)
            #expect(verified.text.contains("(archived: s3://vault/0)"), "\(verified.text)")
            try site.folder.write([], to: Site.away)
            let broken = try site.folder.run(.countersign, "doctor", "-c", Site.configuration)
            #expect(broken.text.contains("FAIL  segments: "), "\(broken.text)")
            let unreadable = try site.folder.run(.verifier, "site/log", "--key", key)
            #expect(unreadable.status == 10)
            #expect(unreadable.text.contains("segments/00000000/away"), "\(unreadable.text)")
        }
    }

    @Test(arguments: [nil, "HTTP/1.1 400 Bad Request\r\n\r\n"] as [String?])
    func `of a port that speaks no TLS, doctor does not blame a certificate`(
        answer: String?
    ) async throws {
        try await scenario {
            let site = try Site()
            let (listener, port) = try Socket.listening()
            defer { listener.shutDown() }
            if let answer {
                Thread.detachNewThread {
                    guard let client = listener.accepted() else { return }
                    do {
                        _ = try client.receive()
                        try client.send(answer)
                        _ = try client.receive()
                    } catch {
                        // The doctor went away first, and has its answer.
                    }
                }
            }
            try site.folder.edit(
                Site.configuration,
                [
                    ("http://127.0.0.1:\(site.service.port)", "https://127.0.0.1:\(port)"),
                    (
                        "connect_timeout: 120s",
                        "connect_timeout: \(answer == nil ? "100ms" : "60s")"
                    ),
                ])
            let doctor = try site.folder.run(.countersign, "doctor", "-c", Site.configuration)
            let cause =
                answer == nil
                ? "the TLS handshake took too long" : "the service does not speak TLS at this port"
            #expect(
                doctor.text.contains("127.0.0.1:\(port) makes no TLS connection: \(cause)"),
                "\(doctor.text)")
            #expect(!doctor.text.contains("upstream.ca"))
        }
    }

    @Test func `a key that others may read is a mistake to serve as it is to check`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.setMode(0o644, of: "site/log.key")
            for command in ["serve", "check", "key list"] {
                let words = command.split(separator: " ").map(String.init)
                let run = try site.folder.start(
                    .countersign, words + ["-c", Site.configuration]
                ).ending()
                #expect(run.status == 2, "\(command): \(run.messages)")
                #expect(run.messages.contains("chmod 600"), "\(command): \(run.messages)")
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func `what somebody may not read ends with 4, whatever asks for it`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            #expect(try server.stop().status == 0)
            try site.folder.setMode(0o000, of: "site/log.key")
            for words in [["serve"], ["check"], ["key", "list"]] {
                let run = try site.folder.start(
                    .countersign, words + ["-c", Site.configuration]
                ).ending()
                #expect(run.status == 4, "\(words): \(run.messages)")
            }
            try site.folder.setMode(0o600, of: "site/log.key")
            try site.folder.setMode(0o000, of: "site/log")
            for words in [["log", "tail"], ["verify", "log"], ["status"]] {
                let run = try site.folder.start(
                    .countersign, words + ["-c", Site.configuration]
                ).ending()
                #expect(run.status == 4, "\(words): \(run.messages)")
            }
            try site.folder.setMode(0o700, of: "site/log")
        }
    }

    @Test func `of a sound site, doctor says that it opens, and it does`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.serve()
            _ = try server.exchange(site.request())
            server.process.signal(9)
            _ = try server.process.ending()
            let doctor = try site.read("doctor").text
            #expect(doctor.contains("ok    opening: the log opens"))
            // Whoever can write the configuration lets in whom they like.
            try site.folder.setMode(0o666, of: Site.configuration)
            let open = try site.folder.run(.countersign, "doctor", "-c", Site.configuration)
            #expect(open.status == 1)
            #expect(open.text.contains("others can write \(Site.configuration)"), "\(open.text)")
            let again = try site.serve()
            #expect(try again.stop().status == 0)
        }
    }
}
