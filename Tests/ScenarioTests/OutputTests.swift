// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `The outputs of a running proxy` {
    /// Adds outputs to the configuration.
    private static func add(_ outputs: String, to site: Site) throws {
        try site.folder.edit(Site.configuration, [("version: 1\n", "version: 1\n" + outputs)])
    }

    /// Every index up to a size is there; what is there more than once was repeated as a whole run, from what the receiver had
    /// back to what counted as delivered.
    private static func check(_ indices: [Int], size: Int, seams: Int) {
        #expect(Set(indices).isSuperset(of: 0..<size))
        var breaks = 0
        for (one, next) in zip(indices, indices.dropFirst()) where next != one + 1 {
            breaks += 1
            #expect(next <= one, "\(one) is followed by \(next)")
        }
        #expect(breaks <= seams)
    }

    @Test func `write a file that has every record, through restarts and renamings`() async throws {
        try await scenario {
            let site = try Site()
            try Self.add(
                "outputs: [{name: kept, format: ocsf, file: {path: events.ndjson}}]\n", to: site)
            var server = try site.serve()
            for _ in 0..<20 { #expect(try server.exchange(site.request()).status == 200) }
            try server.output(reaches: Server.isComplete)
            #expect(try server.stop().status == 0)
            try site.folder.move("site/events.ndjson", to: "site/moved")
            server = try site.serve()
            for _ in 0..<5 { #expect(try server.exchange(site.request()).status == 200) }
            let standing = try server.output(reaches: Server.isComplete)
            #expect(try site.read("status").text.contains("output kept"))
            #expect(try site.read("output", "list").text.contains("has every record"))
            let page = String(decoding: try server.admin("/metrics").body, as: UTF8.self)
            #expect(page.contains("countersign_output_lag_records{output=\"kept\"} 0\n"))
            let size = try #require(standing["next"] as? Int)
            #expect(try server.stop().status == 0)
            let text = try site.folder.text("site/moved") + site.folder.text("site/events.ndjson")
            let indices = text.matches(of: /"index":(\d+)/).compactMap { Int($0.1) }
            Self.check(indices, size: size, seams: 1)
            let heads = text.split(separator: "\n").filter { $0.contains("\"begun\":") }
            #expect(heads.count == 2)
            // What is personal stays: the route leaves, and no path.
            #expect(text.contains("/invoices/{id}") && !text.contains("/invoices/1"))
        }
    }

    @Test func `are shown, tried and repeated by commands`() async throws {
        try await scenario {
            let site = try Site()
            try Self.add("outputs: [{name: kept, file: {path: events.ndjson}}]\n", to: site)
            let server = try site.serve()
            for _ in 0..<3 { #expect(try server.exchange(site.request()).status == 200) }
            try server.output(reaches: Server.isComplete)
            let shown = try site.read("output", "test", "kept", "--show", "3")
            #expect(shown.text.split(separator: "\n").count == 3)
            #expect(shown.text.contains("http.request"))
            #expect(shown.messages.contains("can be reached"))
            let before = try site.folder.text("site/events.ndjson").split(separator: "\n").count
            _ = try site.read("output", "replay", "kept", "--from", "1")
            func indices() throws -> [Int] {
                try site.folder.text("site/events.ndjson")
                    .matches(of: /^{"index":(\d+)/.anchorsMatchLineEndings())
                    .compactMap { Int($0.1) }
            }
            // The log may grow meanwhile, and the output is complete before it begins again.
            try server.output {
                try Server.isComplete($0) && indices().count { $0 == 1 } == 2
            }
            let indices = try indices()
            Self.check(indices, size: before - 1, seams: 1)
            #expect(indices.filter { $0 == 1 }.count == 2)
            let unknown = try site.folder.run(
                .countersign, "output", "test", "kep", "-c", Site.configuration)
            #expect(unknown.status == 3)
            #expect(unknown.messages.contains("kept"))
            #expect(try server.stop().status == 0)
        }
    }

    // MARK: rsyslog

    /// A port that nobody listens on, as far as can be known.
    private static func freePort() throws -> Int {
        try Socket.listening().port
    }

    private enum Way: String, CaseIterable {
        case tcp
        case tls
        case relp
        case relpTLS

        var usesTLS: Bool { self == .tls || self == .relpTLS }
        var isAnswered: Bool { self == .relp || self == .relpTLS }
    }

    /// rsyslog, which writes each message as it came.
    private struct Receiver {
        let folder: ScenarioFolder
        let way: Way
        let port: Int

        init(_ folder: ScenarioFolder, _ way: Way) throws {
            self.folder = folder
            self.way = way
            port = try freePort()
            if way.usesTLS { try folder.makeCertificates() }
            try folder.write(Array(configuration.utf8), to: "rsyslog.conf")
        }

        private var configuration: String {
            let (ca, cert, key) = (
                folder.file("ca.pem"), folder.file("r.pem"), folder.file("r.key")
            )
            let input =
                switch way {
                case .tcp:
                    "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"\(port)\")"
                case .tls:
                    "module(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\" streamDriver.authMode=\"anon\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"\(port)\")"
                case .relp:
                    "module(load=\"imrelp\")\ninput(type=\"imrelp\" address=\"127.0.0.1\" port=\"\(port)\" maxDataSize=\"64k\")"
                case .relpTLS:
                    "module(load=\"imrelp\")\ninput(type=\"imrelp\" address=\"127.0.0.1\" port=\"\(port)\" maxDataSize=\"64k\" tls=\"on\" tls.authMode=\"certvalid\" tls.cacert=\"\(ca)\" tls.mycert=\"\(cert)\" tls.myprivkey=\"\(key)\")"
                }
            let driver =
                way == .tls
                ? " defaultNetstreamDriver=\"gtls\" defaultNetstreamDriverCAFile=\"\(ca)\" defaultNetstreamDriverCertFile=\"\(cert)\" defaultNetstreamDriverKeyFile=\"\(key)\""
                : ""
            return """
                global(workDirectory="\(folder.path)" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"\(driver))
                \(input)
                template(name="raw" type="string" string="%rawmsg%\\n")
                action(type="omfile" file="\(folder.file("received"))" template="raw")

                """
        }

        func start() throws -> ChildProcess {
            try ChildProcess(
                "/usr/sbin/rsyslogd",
                ["-n", "-f", folder.file("rsyslog.conf"), "-i", folder.file("rsyslog.pid")],
                in: folder.path)
        }

        /// What the proxy is told of it.
        func output(host: String = "localhost") -> String {
            let kind = way.isAnswered ? "relp" : "syslog"
            let address = "\(way.usesTLS ? "tls" : "tcp")://\(host):\(port)"
            let ca = way.usesTLS ? ", ca: \(folder.file("ca.pem"))" : ""
            // imrelp asks for a certificate wherever it has authorities.
            let own =
                way == .relpTLS
                ? ", cert: \(folder.file("r.pem")), key: \(folder.file("r.key"))" : ""
            return "outputs: [{name: siem, \(kind): {address: \"\(address)\"\(ca)\(own)}}]\n"
        }

        /// Indices of what came, in its order, each message whole.
        func indices() throws -> [Int] {
            try folder.text("received").split(separator: "\n").map { line in
                let head = try #require(
                    line.firstMatch(
                        of:
                            #/^<\d+>1 \S+ \S+ countersign - \S+ \[countersign@32473 index="(\d+)"[^\]]*\] /#
                    ), "\(line)")
                let body = try JSONSerialization.jsonObject(
                    with: Data(line[head.range.upperBound...].utf8))
                let index = try #require((body as? [String: Any])?["index"] as? Int)
                #expect(Int(head.1) == index)
                return index
            }
        }
    }

    @Test(arguments: Way.allCases)
    private func `reach a receiver that was killed and came back, without a gap`(
        way: Way
    ) async throws {
        try await scenario {
            let site = try Site()
            let receiver = try Receiver(site.folder, way)
            try Self.add(receiver.output(), to: site)
            let first = try receiver.start()
            let server = try site.serve()
            for _ in 0..<20 { #expect(try server.exchange(site.request()).status == 200) }
            try server.output(reaches: Server.isComplete)
            first.signal(9)
            _ = try first.ending()
            for _ in 0..<20 { #expect(try server.exchange(site.request()).status == 200) }
            try server.output { $0["failures"] as? Int ?? 0 > 0 }
            let second = try receiver.start()
            let standing = try server.output(reaches: Server.isComplete)
            #expect(try server.stop().status == 0)
            second.signal(15)
            _ = try second.ending()
            Self.check(
                try receiver.indices(), size: try #require(standing["next"] as? Int), seams: 1)
            #expect(standing["rejected"] as? Int == 0)
        }
    }

    @Test(arguments: [Way.tls, .relpTLS])
    private func `hand nothing to a receiver whose certificate is for another name`(
        way: Way
    ) async throws {
        try await scenario {
            let site = try Site()
            let receiver = try Receiver(site.folder, way)
            try Self.add(receiver.output(host: "127.0.0.1"), to: site)
            let running = try receiver.start()
            let server = try site.serve()
            #expect(try server.exchange(site.request()).status == 200)
            let standing = try server.output { $0["code"] as? String == "not_trusted" }
            #expect(standing["next"] as? Int == 0)
            let doctor = try site.folder.run(.countersign, "doctor", "-c", Site.configuration)
            #expect(doctor.status == 1)
            #expect(doctor.text.contains("output siem: 127.0.0.1:"))
            #expect(try server.stop().status == 0)
            running.signal(15)
            _ = try running.ending()
            #expect(!site.folder.exists("received"))
        }
    }
}
