// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import HTTPPlane
import Transport
import HTTPWire
import Identity
import Testing

@Suite("Starting, reloading and stopping")
struct LifecycleTests {
    @Test("A request under way is finished before the proxy stops, and nothing is accepted after")
    func graceful() async throws {
        try await withProxy { _ in
            .silence
        } _: { proxy in
            let idle = try await proxy.connect()
            let busy = try await proxy.connect()
            try await busy.send(proxy.get())
            _ = try await proxy.upstream.requests(1)
            async let stopped: Void = proxy.plane.shutdown(grace: .seconds(30))
            // Connections without a request are closed at once.
            #expect(try await idle.untilClosed().isEmpty)
            try await proxy.upstream.send(ok("late"), on: 0)
            let response = try await busy.response()
            #expect(response.status == 200)
            #expect(response.body == "late")
            #expect(response.values("Connection") == ["close"])
            _ = try await busy.untilClosed()
            try await busy.close()
            await stopped
            // Somebody else may have been given the port by now, so that connecting proves nothing either way.
            _ = try? await proxy.connect()
            #expect(proxy.plane.status.openConnections == 0)
            #expect(proxy.plane.status.openUpstreams == 0)
        }
    }

    @Test("What is not finished within the grace ends with a record that says so")
    func forced() async throws {
        try await withProxy { _ in
            .silence
        } _: { proxy in
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            _ = try await proxy.upstream.requests(1)
            await proxy.plane.shutdown(grace: .milliseconds(20))
            let response = try await client.response()
            #expect(response.status == 503)
            let records = try await proxy.closedRecords(of: response.value("Countersign-Record"))
            #expect(records.map(\.reason) == ["draining"])
            #expect(proxy.plane.status.openConnections == 0)
        }
    }

    @Test("A reload is in force for the next request; the one under way ends as it began")
    func reload() async throws {
        try await withProxy { request in
            request.connection == 0 ? .silence : .bytes(ok("old"))
        } _: { proxy in
            let other = try await RecordingUpstream.start { _ in .bytes(ok("new")) }
            let client = try await proxy.connect()
            let waiting = try await proxy.connect()
            try await waiting.send(proxy.get())
            _ = try await proxy.upstream.requests(1)
            // Another key, another service.
            var random = SystemRandomNumberGenerator()
            let minted = MintedAPIKey(
                name: "other", kind: .service, roles: ["reader"], expires: nil, random: &random)
            let rules = try makeRules(
                proxy.settings, key: minted.stored, port: UInt16(other.port), generation: 2)
            try await proxy.reload(
                rules: rules,
                upstreams: [
                    UpstreamConfiguration(
                        name: "billing", host: "127.0.0.1", port: UInt16(other.port), tls: nil,
                        hostField: .preserved)
                ], certificates: [nil])
            try await client.send(proxy.get())
            #expect(try await client.response().status == 401)
            try await client.send(
                "GET /v1/invoices/1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: \(minted.text)\r\n\r\n")
            #expect(try await client.response().body == "new")
            try await proxy.upstream.send(ok("old"), on: 0)
            #expect(try await waiting.response().body == "old")
            // The old service's connection is not kept.
            try await proxy.wait { $0.openUpstreams == 1 }
            try await other.stop()
        }
    }

    @Test("A reload that cannot be done changes nothing")
    func badReload() async throws {
        try await withProxy { proxy in
            var random = SystemRandomNumberGenerator()
            let minted = MintedAPIKey(
                name: "other", kind: .service, roles: ["reader"], expires: nil, random: &random)
            let rules = try makeRules(
                proxy.settings, key: minted.stored, port: 1, generation: 2)
            do throws(DataPlaneFault) {
                try await proxy.reload(rules: rules, upstreams: [], certificates: [nil])
                Issue.record("a service without an upstream was accepted")
            } catch {
                #expect(error.code == .upstreamCount)
            }
            let client = try await proxy.connect()
            try await client.send(proxy.get())
            #expect(try await client.response().status == 200)
        }
    }

    @Test("An address that is taken is told, with what to do")
    func taken() async throws {
        try await withProxy { proxy in
            let rules = try makeRules(
                proxy.settings,
                key: StoredAPIKey(
                    id: "abcdefgh", digest: APIKeyDigest(of: [UInt8]().span), name: "",
                    kind: .service, roles: [], expires: nil), port: 1, generation: 1)
            do throws(DataPlaneFault) {
                _ = try await proxy.another(at: proxy.port, rules)
                Issue.record("two listeners on one port")
            } catch {
                #expect(error.code == .bind)
                #expect(error.description.contains("127.0.0.1:\(proxy.port)"))
            }
        }
    }

    @Test("Requests on many connections and several event loops all get their own answer")
    func manyConnections() async throws {
        var settings = ProxySettings()
        settings.eventLoops = 2
        try await withProxy(settings) { request in
            .bytes(ok(request.message.startLine))
        } _: { proxy in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<40 {
                    tasks.addTask {
                        let client = try await proxy.connect()
                        for turn in 0..<10 {
                            try await client.send(proxy.get("/v1/invoices/\(number)-\(turn)"))
                            let response = try await client.response()
                            #expect(
                                response.body == "GET /v1/invoices/\(number)-\(turn) HTTP/1.1")
                        }
                        try await client.close()
                    }
                }
                try await tasks.waitForAll()
            }
            let status = proxy.plane.status
            #expect(status.requests == 400)
            _ = try await proxy.closedRecords(of: nil)
            #expect(Set(proxy.records.compactMap(\.uid)).count >= 400)
            #expect(proxy.plane.status.openConnections == 0)
        }
    }
}
