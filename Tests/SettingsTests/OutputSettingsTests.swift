// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite struct `Outputs in a configuration` {
    private static let file = "{ name: kept, file: { path: kept.ndjson } }"

    @Test func `need a name and a receiver`() throws {
        let outputs = try TestSettings.read(
            TestSettings.minimal + """
                outputs:
                  - \(Self.file)
                  - { name: wire, syslog: { address: "tls://siem.example.com:6514" } }
                  - { name: sure, relp: { address: "tcp://[::1]:2514" } }

                """
        ).settings.outputs
        #expect(outputs.map(\.name) == ["kept", "wire", "sure"])
        #expect(outputs.map(\.disclosed) == [[], [], []])
        guard case .syslog(let syslog) = outputs[1].receiver,
            case .relp(let relp) = outputs[2].receiver
        else {
            Issue.record("other receivers were read")
            return
        }
        #expect(syslog.verifiesTLS)
        #expect(syslog.address.scheme == .tls)
        #expect(relp.address.text == "tcp://[::1]:2514")
        #expect(relp.address.host == "::1" && relp.address.port == 2514)
    }

    @Test(
        "A mistake is told where it stands",
        arguments: [
            (
                "{ name: a }",
                "outputs[0]: `file`, `syslog`, `relp`, `webhook`, `otlp` or `splunk` is missing"
            ),
            (
                "{ name: a, file: { path: a }, relp: { address: \"tcp://b:1\" } }",
                "outputs[0]: only one of `file`, `syslog`, `relp`, `webhook`, `otlp` or `splunk` can be given; make an output of each"
            ),
            ("\(file), \(file)", "outputs[1].name: another output has this name"),
            (
                "\(file), { name: b, file: { path: kept.ndjson } }",
                "outputs[1].file.path: another output writes this file"
            ),
            (
                "{ name: a, file: { path: log/a } }",
                "outputs[0].file.path: `/etc/countersign/log` is the proxy's own folder; choose another for the output"
            ),
            (
                "{ name: a, syslog: { address: \"udp://b:1\" } }",
                "outputs[0].syslog.address: expected an address such as tls://siem.example.com:6514, found `udp://b:1`"
            ),
            (
                "{ name: a, syslog: { address: \"tls://b\" } }",
                "outputs[0].syslog.address: `tls://b` names no port; expected an address such as tls://siem.example.com:6514"
            ),
            (
                "{ name: a, relp: { address: \"tcp://b:1\", tls_verify: false } }",
                "outputs[0].relp.tls_verify: `tls_verify` has no effect on tcp; leave it out"
            ),
            (
                "{ name: a, relp: { address: \"tls://b:1\", cert: c.pem } }",
                "outputs[0].relp.cert: `cert` needs `key`; give both, or neither"
            ),
            (
                "{ name: a, splunk: { url: \"https://b/services/collector\", token: plain } }",
                "outputs[0].splunk.token: a secret does not stand in the configuration; expected `env:` and a variable, or `file:` and a path"
            ),
            (
                "{ name: a, format: cef, otlp: { url: \"https://b/v1/logs\" } }",
                "outputs[0].format: receivers by HTTP take JSON; use `native` or `ocsf`"
            ),
            (
                "{ name: a, webhook: { url: \"https://u:p@b/\", secrets: [\"file:webhook.secret\"] } }",
                "outputs[0].webhook.url: a URL holds no user name or password"
            ),
            (
                "{ name: a, otlp: { url: \"http://b/v1/logs\", ca: ca.pem } }",
                "outputs[0].otlp.ca: `ca` has no effect on http; make the URL https or leave it out"
            ),
        ])
    func mistakes(outputs: String, fault: String) {
        let faults = TestSettings.faults(TestSettings.minimal + "outputs: [\(outputs)]\n")
        #expect(faults.contains { $0.hasSuffix(" " + fault) }, "\(faults)")
    }
}
