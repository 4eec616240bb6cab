// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import HTTPWire
import Policy
import Settings
import Testing

struct DeploymentTests {
    @Test func `every key is read and printed in its effective form`() throws {
        let deployment = try TestSettings.read(Golden.text("full.yaml"))
        try Golden.expect(deployment.effectiveYAML(.masked), in: "full.effective.yaml")
        #expect(
            deployment.references == [
                "admin.address": "env:ADMIN",
                "identity[1].jwks.issuer": "file:secrets/issuer",
            ])
    }

    @Test(
        "The effective configuration reads as the same one",
        arguments: ["full.yaml", "sample.yaml"])
    func roundTrip(name: String) throws {
        let first = try TestSettings.read(Golden.text(name))
        let second = try TestSettings.read(first.effectiveYAML(.full))
        #expect(second.settings == first.settings)
        #expect(second.configHash == first.configHash)
        #expect(second.rulebook.version == first.rulebook.version)
        #expect(second.effectiveYAML(.full) == first.effectiveYAML(.full))
    }

    @Test func `masking hides what came from outside, in both forms`() throws {
        let deployment = try TestSettings.read(Golden.text("full.yaml"))
        let json = String(
            decoding: CanonicalJSON.encode(deployment.effectiveJSON(.masked)), as: UTF8.self)
        for secret in ["192.0.2.7", "id.example.com"] {
            #expect(!deployment.effectiveYAML(.masked).contains(secret))
            #expect(!json.contains(secret))
            #expect(deployment.effectiveYAML(.full).contains(secret))
        }
        #expect(json.contains("env:ADMIN"))
    }

    @Test func `whoever only reads the log needs nothing else of the configuration`() throws {
        // Nothing but the log's own section is as it should be.
        let text = """
            version: 1
            log: { origin: example.com/log, dir: "env:ADMIN" }
            listen: [{ address: "env:NOT_SET", tls: { certificate: file:gone } }]
            services: nonsense
            unknown: key
            """
        let log = try Deployment.log(TestSettings.text(text), sources: TestSettings.sources)
        #expect(log.origin.text == "example.com/log")
        #expect(log.directory.text == "/etc/countersign/192.0.2.7:9443")
        #expect(log.keyFile.text == "/etc/countersign/log.key")
        #expect(TestSettings.faults(text).count >= 4)
        // The same as the whole reading gives.
        let whole = try TestSettings.read(Golden.text("full.yaml"))
        let alone = try Deployment.log(
            TestSettings.text(Golden.text("full.yaml")), sources: TestSettings.sources)
        #expect(alone == whole.settings.log)
    }

    @Test(arguments: [
        "log: { origin: example.com/log, dir: log }", "version: 1",
        "version: 2\nlog: { origin: example.com/log, dir: log }",
        "version: 1\nlog: { origin: example.com/log }",
        "version: 1\nlog: { origin: example.com/log, dir: \"env:NOT_SET\" }",
        "version: 1\nlog: { origin: example.com/log, dir: log, dri: log }",
        "version: 1\nlog: { origin: example.com/log, dir: log, state: log/in }", "", "[]",
    ])
    func `a fault of the log's own section is one for its readers, too`(text: String) {
        #expect(throws: SettingsFaults.self) {
            try Deployment.log(TestSettings.text(text), sources: TestSettings.sources)
        }
    }

    @Test func `a minimal configuration gets the documented defaults`() throws {
        let settings = try TestSettings.read(TestSettings.minimal).settings
        #expect(settings.log.origin.text == "example.com/log")
        #expect(settings.log.directory.text == "/etc/countersign/log")
        #expect(settings.log.keyFile.text == "/etc/countersign/log.key")
        #expect(settings.log.state.text == "/etc/countersign/log-state")
        #expect(settings.log.onFailure == .deny)
        #expect(settings.log.publish.every == .seconds(1))
        #expect(settings.admin.address.text == "127.0.0.1:9090")
        #expect(settings.identity.isEmpty)
        let http = try #require(settings.listen.first).http
        #expect(http.wire.headBytes == 65_536)
        #expect(http.mostBodyBytes == .max)
        #expect(http.mostConnectionsPerPeer == 1_024)
        #expect(http.headTimeout == .seconds(10))
        #expect(http.idleTimeout == .seconds(60))
        let service = try #require(settings.services.first)
        #expect(service.upstream.timeouts.head == .seconds(60))
        #expect(service.upstream.timeouts.body == .seconds(60))
        #expect(service.upstream.verifiesTLS)
        #expect(service.audit.ahead == .auto)
        #expect(service.audit.onFailure == .deny)
        #expect(service.limit == nil)
    }

    @Test func `every default that is a value is spelled out in the effective form`() throws {
        let effective = try TestSettings.read(TestSettings.minimal).effectiveJSON(.full)
        func walk(_ nodes: [KeyNode], _ value: JSONValue, _ path: String) {
            for node in nodes where !node.isRequired {
                let at = path + node.name
                guard let written = value[node.name] else {
                    let standard = node.standardText ?? ""
                    #expect(
                        node.keys.isEmpty == false || node.standard == nil, "\(at) is left out")
                    #expect(!standard.hasPrefix("`"), "\(at) is left out, and is \(standard)")
                    continue
                }
                if !node.keys.isEmpty, !node.isList { walk(node.keys, written, at + ".") }
            }
            for node in nodes where node.isRequired {
                guard let written = value[node.name], !node.keys.isEmpty else { continue }
                for element in written.array ?? [written] {
                    walk(node.keys, element, path + node.name + ".")
                }
            }
        }
        walk(KeyNode.root, effective, "")
        let audit = try #require(effective["services"]?.array?.first?["audit"])
        #expect(audit["ahead"]?.string == "auto")
        #expect(audit["outcome"]?.string == "awaited")
        #expect(audit["on_failure"]?.string == "deny")
        let said = try TestSettings.read(
            TestSettings.minimal.with("8081\n", "8081\n    audit: { on_failure: allow }\n"))
        let part = said.effectiveJSON(.full)["services"]?.array?.first?["audit"]
        #expect(part?["ahead"]?.string == "auto")
        #expect(part?["outcome"]?.string == "awaited")
    }

    @Test func `the rulebook is made of the services`() throws {
        let deployment = try TestSettings.read(Golden.text("full.yaml"))
        let book = deployment.rulebook
        guard
            case .matched(let match) = book.route(
                host: "api.example.com", path: "/v1/invoices", method: .post)
        else {
            Issue.record("not routed")
            return
        }
        #expect(match.service == ServiceIndex(0))
        // The route sets `ahead`, the service `on_failure`.
        #expect(book.audit(of: match) == AuditPolicy(ahead: .always, onFailure: .deny))
        #expect(book[match.service].limit?.burst == 20)
        // The second service says nothing about a full log, so `log.on_failure` holds.
        #expect(book.services[1].audit == AuditPolicy(ahead: .auto, onFailure: .allow))
        #expect(book.services[1].limit?.burst == 1)
        #expect(book.services[2].match.host == .any)
    }

    @Test func `the hash is about content, not about spelling`() throws {
        let flow = """
            {services: [{upstream: {url: "http://127.0.0.1:8081/"}, name: 'demo'}], "version": "1",
             listen: [{address: "127.0.0.1:8080"}], log: {dir: ./log, origin: example.com/log}}
            """
        let one = try TestSettings.read(TestSettings.minimal)
        let other = try TestSettings.read("# a comment\n" + flow)
        #expect(one.configHash == other.configHash)
        #expect(one.configHash.hasPrefix("sha256:"))
        #expect(one.configHash.count == 71)
        let third = try TestSettings.read(TestSettings.minimal.with("8081", "8082"))
        #expect(third.configHash != one.configHash)
        #expect(third.rulebook.version == one.rulebook.version)
    }

    @Test func `anchors repeat what they name`() throws {
        let text = TestSettings.minimal.with(
            "  - address: 127.0.0.1:8080",
            "  - { address: \"127.0.0.1:1\", http: &h { max_headers: 7 } }\n"
                + "  - { address: \"127.0.0.1:2\", http: *h }")
        #expect(try TestSettings.read(text).settings.listen.map(\.http.wire.fields) == [7, 7])
    }

    @Test(
        "The sample of init is good, whatever the log is called",
        arguments: [
            "audit.example.com/demo", "x", "*", "&a", "a:", "#", "- x".filter { $0 != " " },
            "{a}", "[", "'", "\"", "true", "1", "!tag", "@", "%", "`", "a#b", "0x1f", "~", "null",
        ])
    func sample(name: String) throws {
        let origin = try #require(LogName(name))
        let text = SampleConfiguration.text(origin: origin)
        let deployment = try TestSettings.read(text)
        #expect(deployment.settings.log.origin == origin)
        #expect(deployment.settings.services.map(\.name) == ["demo"])
        if name == "audit.example.com/demo" { try Golden.expect(text, in: "sample.yaml") }
    }

    @Test func `the schema names every key`() throws {
        let schema = String(
            decoding: CanonicalJSON.encode(ConfigurationSchema.json), as: UTF8.self)
        try Golden.expect(schema + "\n", in: "schema.json")
        for key in ["roles_claims", "allow_encoded_slash", "min_body_rate", "^(env|file):."] {
            #expect(schema.contains("\"\(key)\""))
        }
    }
}
