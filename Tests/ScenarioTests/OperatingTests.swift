// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Glibc
import Testing

@Suite struct `Operating a proxy` {
    /// ```text
    /// client                  proxy                     service
    /// GET ──────────────────▶ ─────────────────────────▶ … waits
    ///              SIGTERM ─▶ /readyz: 503, stopping
    ///                         /healthz: 200
    ///                         ◀───────────────────────── answers
    /// 200 ◀────────────────── ends
    /// ```
    @Test func `while it finishes what is under way it says that it is not ready`() async throws {
        try await scenario {
            let (asked, letGo) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let service = try InvoiceService { _ in
                asked.signal()
                letGo.wait()
                return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
            }
            let site = try Site(service: service)
            let server = try site.serve()
            let client = try HTTPConnection(port: server.port)
            try client.send(site.request())
            asked.wait()
            defer { letGo.signal() }
            #expect(try server.admin("/readyz").status == 200)
            server.process.signal(15)
            _ = try server.process.line(.messages, beginning: "stopping")
            while true {
                let ready = try server.admin("/readyz")
                guard ready.status == 503 else { continue }
                #expect(String(decoding: ready.body, as: UTF8.self).contains("stopping"))
                break
            }
            #expect(try server.admin("/healthz").status == 200)
            letGo.signal()
            #expect(try client.answer().status == 200)
            #expect(try server.process.ending().status == 0)
        }
    }

    @Test func `status tells how log and server stand: before, during and after`() async throws {
        try await scenario {
            let site = try Site()
            func status(_ arguments: String...) throws -> ChildProcess.Ending {
                try site.folder.start(
                    .countersign, ["status"] + arguments + ["-c", Site.configuration]
                ).ending()
            }
            let before = try status()
            #expect(before.status == 5)
            #expect(before.text.contains("no log yet"))

            let server = try site.serve()
            try site.folder.edit(
                Site.configuration,
                [("127.0.0.1:0    # for", "127.0.0.1:\(server.adminPort)    # for")])
            #expect(try server.exchange(site.request()).status == 200)
            let json = try site.read("status", "--json").text
            for fact in [#""log":"writing""#, #""allowed":1"#, #""origin":"log.example/scenario""#]
            { #expect(json.contains(fact), "\(json)") }
            let running = try site.read("status").text
            #expect(running.contains("running, admin on 127.0.0.1:\(server.adminPort)"))
            #expect(running.contains("1: 1 allowed, 0 denied"))

            #expect(try server.stop().status == 0)
            let stopped = try status()
            #expect(stopped.status == 5)
            #expect(stopped.text.contains("nothing answers at 127.0.0.1:\(server.adminPort)"))
            #expect(stopped.text.contains("5 records, root "))
            #expect(try status("--json").text.contains(#""server":null"#))
        }
    }

    @Test func `doctor finds what would not work, and says how to mend it`() async throws {
        try await scenario {
            let site = try Site()
            let healthy = try site.read("doctor").text
            #expect(healthy.contains("service demo: 127.0.0.1:\(site.service.port) is reached"))
            #expect(!healthy.contains("FAIL"))

            try #require(chmod(site.folder.file("site/log.key"), 0o644) == 0)
            // Nobody listens on the port of the multiplexer of RFC 1078.
            try site.folder.edit(
                Site.configuration, [("127.0.0.1:\(site.service.port)", "127.0.0.1:1")])
            let arguments = ["doctor", "-c", Site.configuration]
            let ill = try site.folder.start(.countersign, arguments).ending()
            #expect(ill.status == 1)
            #expect(ill.text.contains("chmod 600"))
            #expect(ill.text.contains("FAIL  service demo: 127.0.0.1:1 cannot be reached"))
            #expect(ill.text.contains("fix: start the service, or correct upstream.url"))
            let json = try site.folder.start(.countersign, arguments + ["--json"]).ending()
            #expect(json.text.hasPrefix(#"{"healthy":false,"findings":["#))
        }
    }

    @Test func `a server tells programs in JSON what it does, and nothing personal`() async throws {
        try await scenario {
            let site = try Site()
            let server = try site.folder.start(
                .countersign, ["serve", "--json", "-c", Site.configuration])
            let facts = try server.line(.output, beginning: #"{"proxy":["127.0.0.1:"#)
            let port = try #require(
                facts.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) })
            let answer = try HTTPConnection.exchange(
                port: port, site.request("GET /invoices/quokka"))
            #expect(answer.status == 200)
            server.signal(15)
            let ending = try server.ending()
            #expect(ending.status == 0)
            #expect(ending.text.split(separator: "\n").count == 1)
            let lines = ending.messages.split(separator: "\n")
            #expect(lines.contains { $0.contains("\"message\":\"stopped; the log is closed\"") })
            for line in lines {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let members = try #require(value as? [String: Any], "\(line)")
                for name in ["time", "level", "message"] {
                    #expect(members[name] is String, "\(line)")
                }
                #expect(!line.contains("quokka") && !line.contains("alice"), "\(line)")
            }
        }
    }

    @Test func `check reads the files that the configuration names`() async throws {
        try await scenario {
            let site = try Site()
            try site.folder.edit(
                Site.configuration,
                [
                    (
                        "listen:\n",
                        "listen:\n  - { address: 127.0.0.1:0, tls: { cert: x.crt, key: x.key } }\n"
                    )
                ])
            let checked = try site.folder.start(
                .countersign, ["check", "-q", "-c", Site.configuration]
            ).ending()
            #expect(checked.status == 2)
            #expect(checked.messages.contains("x.crt"))
        }
    }
}
