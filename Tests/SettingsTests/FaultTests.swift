// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

struct FaultTests {
    @Test func `all faults of a file are listed at once, in its order`() throws {
        let faults = TestSettings.faults(try Golden.text("faulty.yaml"))
        try Golden.expect(faults.joined(separator: "\n") + "\n", in: "faulty.txt")
    }

    @Test(
        "A text that is no configuration is one fault",
        arguments: [
            ("", "1:1: the configuration is empty; `countersign init` writes one to start from"),
            (
                "# nothing\n---\n",
                "1:1: the configuration is empty; `countersign init` writes one to start from"
            ),
            ("a: [", "2:1: this is not YAML: did not find expected node content"),
            (
                "a: b\n c: d",
                "2:3: this is not YAML: mapping values are not allowed in this context"
            ),
            ("\tversion: 1", "1:1: this is not YAML: found character that cannot start any token"),
            ("version: 1\nlog: 2\nversion: 1", "1:1: given more than once: `version`"),
            ("version: 1\n\"version\": 1", "1:1: given more than once: `version`"),
            ("version: 1\n---\nversion: 1", "2:1: this is not YAML: but found another document"),
            (
                "a:\r\n  - b: [::1]:8080",
                "2:9: this is not YAML: did not find expected node content; an address in brackets stands in quotes: `\"[::1]:8080\"`"
            ),
            ("a: *nowhere", "1:4: this is not YAML: found undefined alias"),
            ("{[a]: b}", "1:2: a key is a plain word"),
            ("a: \u{1}", "1:4: this is not YAML: control characters are not allowed"),
            (
                "- a",
                "1:1: expected a section with `version`, `log`, `privacy`, `listen`, `admin`, `identity`, `services`, `outputs`, found a list"
            ),
        ])
    func texts(text: String, fault: String) {
        #expect(TestSettings.faults(text) == [fault])
    }

    @Test(
        "Each mistake is told where it stands",
        arguments: [
            (
                "version: 1", "vershun: 1",
                [
                    "1:1: vershun: unknown key `vershun`; did you mean `version`?",
                    "1:1: version: `version` is missing",
                ]
            ),
            (
                "127.0.0.1:8080", "127.0.0.1",
                [
                    "6:14: listen[0].address: expected an address and port such as 127.0.0.1:8080, found `127.0.0.1`"
                ]
            ),
            (
                "127.0.0.1:8080", "\"::1:80\"",
                [
                    "6:14: listen[0].address: an IPv6 address stands in brackets, and so in quotes: `\"[::1]:80\"`"
                ]
            ),
            (
                "127.0.0.1:8080", "1.2.3.4:65536",
                ["6:14: listen[0].address: expected a port from 0 to 65535, found `65536`"]
            ),
            (
                "127.0.0.1:8080", "127.0.0.1:9090",
                [
                    "1:1: admin: a listener has the admin address `127.0.0.1:9090`; choose another port"
                ].map { $0.replacing("admin: a", with: "a") }
            ),
            (
                "  - address: 127.0.0.1:8080",
                "  - address: 127.0.0.1:8080\n  - address: 127.0.0.1:8080",
                ["7:14: listen[1].address: another listener has this address"]
            ),
            ("  - address: 127.0.0.1:8080", "  []", ["6:3: listen: the list is empty"]),
            (
                "  - address: 127.0.0.1:8080", "  address: 127.0.0.1:8080",
                ["6:3: listen: expected a list, found a section; write `[…]` or lines with `- `"]
            ),
            (
                "log:\n", "log: [x]\nprivacy:\n",
                [
                    "2:6: log: expected a section with `origin`, `dir`, `key_file`, `state`, `catalog`, `publish`, `durability`, `on_failure`, found a list",
                    "4:3: privacy.origin: unknown key `origin`; known here: `commit`, `capture_headers`, `bodies`",
                    "5:3: privacy.dir: unknown key `dir`; known here: `commit`, `capture_headers`, `bodies`",
                ]
            ),
            (
                "  dir: log", "  dir: log\n  state: log/state",
                [
                    "5:10: log.state: `state` lies inside `dir`, so restoring old data would restore it too; choose another folder"
                ]
            ),
            (
                "  dir: log", "  dir: log\n  publish: { every: 10ms }",
                ["5:21: log.publish.every: expected 100ms to 1h, found `10ms`"]
            ),
            (
                "  dir: log",
                "  dir: log\nprivacy: { capture_headers: [Accept, cookie], bodies: hash }",
                [
                    "5:30: privacy.capture_headers[0]: a header field's name is lower-case letters, digits and hyphens; did you mean `accept`?",
                    "5:38: privacy.capture_headers[1]: `cookie` carries credentials and is never captured",
                    "5:55: privacy.bodies: `hash` is not available in this version; only `none` is",
                ]
            ),
            (
                "  dir: log", "  dir: log\nidentity: [{ name: w, mtls: { ca: a } }]",
                [
                    "5:29: identity[0].mtls: no listener asks for client certificates; set `client_ca` and `client_auth` under `tls`"
                ]
            ),
            (
                "  dir: log", "  dir: log\nidentity: [{ name: w, oidc: { issuer: a } }]",
                ["5:23: identity[0].oidc: `oidc` is not available in this version"]
            ),
            (
                "http://127.0.0.1:8081", "127.0.0.1:8081",
                [
                    "10:12: services[0].upstream.url: expected a URL such as https://service.internal:8443, found `127.0.0.1:8081`"
                ]
            ),
            (
                "http://127.0.0.1:8081", "http://h/path",
                [
                    "10:12: services[0].upstream.url: a service's URL ends after host and port; paths come from requests"
                ]
            ),
            (
                "http://127.0.0.1:8081", "http://0x7f.1",
                ["10:12: services[0].upstream.url: `0x7f.1` is neither a host name nor an address"]
            ),
            (
                "http://127.0.0.1:8081", "http://h:0",
                ["10:12: services[0].upstream.url: expected a port from 1 to 65535, found `0`"]
            ),
            (
                "  - name: demo", "  - name: unrouted",
                ["8:11: services[0].name: `unrouted` is the name of no service"]
            ),
            (
                "  - name: demo", "  - name: countersign",
                ["8:11: services[0].name: `countersign` is the name of no service"]
            ),
            (
                "services:",
                "identity:\n  - name: host\n    api_keys: { file: keys.yaml }\nservices:",
                ["8:11: identity[0].name: `host` is the name of no identity"]
            ),
            (
                "8081\n", "8081\n    rules: [{ id: builtin, deny: all }]\n",
                [
                    "11:19: services[0].rules[0].id: `default` names the decision where no rule matches, and `builtin` what the proxy does itself"
                ]
            ),
            (
                "http://127.0.0.1:8081", "http://127.0.0.1:8080",
                [
                    "10:12: services[0].upstream.url: this proxy listens on `127.0.0.1:8080` itself; give the address of the service"
                ]
            ),
            (
                "127.0.0.1:8080", "\"[::]:8081\"\n  - address: 0.0.0.0:8081",
                [
                    "11:12: services[0].upstream.url: this proxy listens on `0.0.0.0:8081` itself; give the address of the service"
                ]
            ),
            (
                "8081\n",
                "8081\n  - name: demo\n    match: { path: / }\n    upstream: { url: \"http://h\" }\n",
                [
                    "11:11: services[1].name: another service has this name",
                    "12:12: services[1].match: the service `demo` has the same host and path",
                ]
            ),
            (
                "8081\n",
                "8081\n    routes: [GET /a]\n    rules:\n      - { id: r, allow: { routes: [/a, GET /b] } }\n",
                [
                    "13:40: services[0].rules[0].allow.routes[1]: the service does not list this route; it lists `GET /a`"
                ]
            ),
            (
                "8081\n", "8081\n    rules: [{ id: r, allow: {} }]\n",
                [
                    "11:29: services[0].rules[0].allow: no condition given; write `all` if that is meant"
                ]
            ),
            (
                "8081\n", "8081\n    limit: { rate: 100/m, burst: 0 }\n",
                [
                    "11:34: services[0].limit.burst: expected a whole number from 1 to 100000, found `0`"
                ]
            ),
        ] as [(String, String, [String])])
    func mistakes(part: String, other: String, faults: [String]) {
        #expect(TestSettings.faults(TestSettings.minimal.with(part, other)) == faults)
    }

    @Test(
        "A reference that leads nowhere is a fault, one that leads to nonsense too",
        arguments: [
            ("env:NOPE", "the environment variable `NOPE` is not set"),
            ("env:EMPTY", "expected a size such as 64KiB, found ``"),
            ("file:gone", "the file /etc/countersign/gone does not exist"),
            ("file:/gone", "the file /gone does not exist"),
            ("file:locked", "the file /etc/countersign/locked cannot be read: permission denied"),
        ])
    func references(value: String, fault: String) {
        let text = TestSettings.minimal.with(
            "8080\n", "8080\n    http: { max_body: \"\(value)\" }\n")
        #expect(TestSettings.faults(text) == ["7:23: listen[0].http.max_body: \(fault)"])
        let good = TestSettings.minimal.with(
            "8080\n", "8080\n    http: { max_body: \"env:PORT_TEXT\" }\n")
        #expect(TestSettings.faults(good) == [])
    }

    @Test(
        "PlaceholdersNeverEscape: without a required key there is no deployment",
        arguments: ["version", "origin", "dir", "address", "name", "url"])
    func required(key: String) {
        let lines = TestSettings.minimal.split(separator: "\n").map { line in
            String(line).replacing("\(key):", with: "\(key)x:")
        }
        let faults = TestSettings.faults(lines.joined(separator: "\n"))
        #expect(faults.contains { $0.hasSuffix("`\(key)` is missing") })
    }

    @Test func `one mistake hides no other, of whatever stage`() throws {
        let yaml = """
            version: 1
            log: { origin: example.com/log, dir: log, on_failur: deny }
            listen:
              - { address: 127.0.0.1:8080, tls: { cert: no.crt, key: no.key } }
              - { address: 127.0.0.1:8080, http: { idle_timeout: 90 } }
            identity:
              - { name: a, jwks: { file: no.json, issuer: i, audience: [] } }
              - { name: a, api_keys: { file: no.yaml } }
            services:
              - name: demo
                upstream: { url: "https://a.example", ca: no.pem }
                rules: [{ id: r, allow: all }, { id: r, allow: al }]
              - name: demo
                match: { path: /b/ }
                upstream: { url: "http://b.example" }
                strip: { add: [host], keep: [cookie, x-original-url] }

            """
        let faults: [String]
        do throws(SettingsFaults) {
            _ = try Deployment.read(
                TestSettings.text(yaml), sources: TestSettings.sources, findsFiles: true)
            faults = []
        } catch {
            faults = error.faults.map { "\($0.position.line): \($0.path)" }
        }
        #expect(
            faults == [
                "2: log.on_failur", "4: listen[0].tls.cert", "4: listen[0].tls.key",
                "5: listen[1].address", "5: listen[1].http.idle_timeout",
                "7: identity[0].jwks.file", "7: identity[0].jwks.audience", "8: identity[1].name",
                "8: identity[1].api_keys.file", "11: services[0].upstream.ca",
                "12: services[0].rules[1].id", "12: services[0].rules[1].allow",
                "13: services[1].name", "16: services[1].strip.add[0]",
                "16: services[1].strip.keep[0]",
            ])
    }

    @Test func `aliases cannot make a small text large`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let last = "*a\(level - 1)"
            let list = Array(repeating: last, count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(list)]\n"
        }
        let faults = TestSettings.faults(text)
        #expect(faults.count == 1)
        #expect(faults.first?.hasSuffix("the file has more than 100000 values") == true)
    }

    @Test func `nesting, size and encoding are bounded`() {
        let deep = String(repeating: "[", count: 5_000)
        #expect(TestSettings.faults(deep).count == 1)
        let large = String(repeating: "#", count: ConfigurationText.mostBytes + 1)
        #expect(TestSettings.faults(large) == ["1:1: the file is larger than 1 MiB"])
        let bytes = ConfigurationText(file: "f", folder: "", bytes: [0x61, 0xFF])
        #expect(throws: SettingsFaults.self) {
            try Deployment.read(bytes, sources: .none)
        }
    }

    @Test(arguments: ["\\n", "\\r\\n", "\\N", "\\L"])
    func `a line break in a name or a value is shown, and breaks no line`(lineBreak: String) {
        let value = TestSettings.minimal.replacing(
            "url: http://127.0.0.1:8081", with: "url: \"http://127.0.0.1:80\(lineBreak)1\"")
        let name = TestSettings.minimal.replacing(
            "version: 1", with: "version: 1\n\"a\(lineBreak)b\": 1")
        for text in [value, name] {
            let faults = TestSettings.faults(text)
            #expect(faults.count == 1)
            #expect(faults.allSatisfy { !$0.contains(where: \.isNewline) && $0.contains("␤") })
        }
    }

    @Test func `a fault's line is what editors jump to`() {
        let fault = SettingsFault(
            code: .badValue, position: TextPosition(line: 3, column: 5), path: "log.dir",
            message: "wrong")
        #expect(fault.text(file: "a.yaml") == "a.yaml:3:5: log.dir: wrong")
    }
}
