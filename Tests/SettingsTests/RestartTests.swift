// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Changes that take a restart")
struct RestartTests {
    private static let tls = "8080\n    tls: { cert: a.pem, key: a.key }\n"

    @Test(
        "A change is named by its place where a reload cannot put it in force, and only there",
        arguments: [
            ("dir: log", "dir: other", ["log.dir", "log.state", "log.catalog"]),
            ("  dir: log", "  dir: log\n  publish: { every: 2s }", ["log.publish.every"]),
            ("  dir: log", "  dir: log\n  on_failure: allow", []),
            ("  dir: log", "  dir: log\nadmin: { address: \"127.0.0.1:1\" }", ["admin.address"]),
            ("127.0.0.1:8080", "127.0.0.1:8079", ["listen[0].address"]),
            (
                "8080\n", "8080\n    http: { max_headers: 7 }\n    trusted_proxies: [10.0.0.0/8]\n",
                ["listen[0].http.max_headers", "listen[0].trusted_proxies"]
            ),
            ("8080\n", "8080\n  - address: 127.0.0.1:8079\n", ["listen"]),
            ("8080\n", tls, ["listen[0].tls"]),
            ("demo", "other", []),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8082", []),
            (
                "8081\n",
                "8081\n  - { name: more, match: { path: /m }, upstream: { url: \"http://m\" } }\n",
                []
            ),
            // A spelling is no change.
            ("  dir: log", "  dir: ./log\n  publish: { every: 1000ms }", []),
        ] as [(String, String, [String])])
    func names(part: String, other: String, keys: [String]) throws {
        let old = try TestSettings.read(TestSettings.minimal)
        let new = try TestSettings.read(TestSettings.minimal.with(part, other))
        #expect(new.changesForRestart(from: old) == keys)
        #expect(new.changesForRestart(from: new).isEmpty)
    }

    @Test("Other certificates take a reload")
    func certificates() throws {
        let old = TestSettings.minimal.with("8080\n", Self.tls)
        let new = old.with("a.pem", "b.pem").with("a.key }", "b.key, min: \"1.3\" }")
        #expect(try TestSettings.read(new).changesForRestart(from: TestSettings.read(old)).isEmpty)
    }
}
