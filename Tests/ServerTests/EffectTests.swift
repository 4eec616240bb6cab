// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Server
import Settings
import TestSupport
import Testing

/// No setting is accepted and does nothing.
@Suite("Settings take effect")
struct EffectTests {
    /// Keys that change nothing of what requests run on, and what shows that they do something.
    private static let elsewhere = [
        "version": "has one value", "privacy.bodies": "has one value",
        "listen[].http.h2": "has one value",
        "log.origin": "names the log that is opened: Tests/LedgerFilesTests",
        "log.dir": "says which log is opened: Tests/LedgerFilesTests",
        "log.key_file": "says what signs the log: Tests/LedgerFilesTests",
        "log.state": "says where the log's state is: Tests/LedgerFilesTests",
        "log.publish.every": "is the ledger's: Tests/LedgerTests",
        "admin.address": "is the console's: Tests/ConsoleTests",
        "admin.expose": "admits an address or not: Tests/SettingsTests",
        "identity[].mtls.ca": "admits a listener's client_ca or not: below",
    ]

    /// One change for each other key.
    private static let changes: [String: (String, String)] = [
        "log.on_failure": ("on_failure: deny }\nprivacy", "on_failure: allow }\nprivacy"),
        "privacy.commit.who": ("who: [name]", "who: [subject]"),
        "privacy.commit.where": ("where: [ip]", "where: [port]"),
        "privacy.commit.what": ("what: [path]", "what: [query]"),
        "privacy.commit.payload": (
            "payload: [headers] }, capture_headers: [accept]", "payload: [] }"
        ),
        "privacy.capture_headers": ("capture_headers: [accept]", "capture_headers: [range]"),
        "listen[].address": ("127.0.0.1:8443", "127.0.0.1:8444"),
        "listen[].tls.cert": ("cert: cert.pem", "cert: other.pem"),
        "listen[].tls.key": ("key: key.pem", "key: other.pem"),
        "listen[].tls.min": ("min: \"1.2\"", "min: \"1.3\""),
        "listen[].tls.ciphers": ("ciphers: [aes256-gcm]", "ciphers: [aes128-gcm]"),
        "services[].paths.slashes": ("slashes: keep", "slashes: merge"),
        "services[].paths.encoded_slash": ("encoded_slash: keep", "encoded_slash: refuse"),
        "listen[].tls.client_ca": ("client_ca: ca.pem", "client_ca: other.pem"),
        "listen[].tls.client_auth": ("client_auth: optional", "client_auth: required"),
        "listen[].http.max_header_bytes": ("max_header_bytes: 9KiB", "max_header_bytes: 10KiB"),
        "listen[].http.max_headers": ("max_headers: 91", "max_headers: 92"),
        "listen[].http.max_target": ("max_target: 1KiB", "max_target: 2KiB"),
        "listen[].http.max_body": ("max_body: 1MiB", "max_body: 2MiB"),
        "listen[].http.header_timeout": ("header_timeout: 11s", "header_timeout: 12s"),
        "listen[].http.body_timeout": ("body_timeout: 13s", "body_timeout: 14s"),
        "listen[].http.min_body_rate": ("min_body_rate: 15B", "min_body_rate: 16B"),
        "listen[].http.idle_timeout": ("idle_timeout: 17s", "idle_timeout: 18s"),
        "listen[].http.write_timeout": ("write_timeout: 19s", "write_timeout: 20s"),
        "listen[].http.max_connections": ("max_connections: 21", "max_connections: 22"),
        "listen[].http.max_connections_per_peer": (
            "max_connections_per_peer: 23", "max_connections_per_peer: 24"
        ),
        "listen[].trusted_proxies": ("10.0.0.0/8", "10.0.0.0/9"),
        "identity[].name": ("name: mesh", "name: net"),
        "identity[].api_keys.file": ("file: keys.yaml", "file: more.yaml"),
        "identity[].api_keys.fields": ("fields: [x-api-key]", "fields: [authorization]"),
        "identity[].jwks.file": ("file: jwks.json", "file: more.json"),
        "identity[].jwks.issuer": ("issuer: https://a", "issuer: https://b"),
        "identity[].jwks.audience": ("audience: [one]", "audience: [two]"),
        "identity[].jwks.algs": ("algs: [ES256]", "algs: [ES256, EdDSA]"),
        "identity[].jwks.clock_skew": ("clock_skew: 25s", "clock_skew: 26s"),
        "identity[].jwks.types": ("types: [JWT]", "types: [at+jwt]"),
        "identity[].jwks.authorized_parties": (
            "authorized_parties: [web]", "authorized_parties: [cli]"
        ),
        "identity[].jwks.roles_claims": ("roles_claims: [groups]", "roles_claims: [roles]"),
        "identity[].jwks.subject_claims": ("subject_claims: [azp]", "subject_claims: [client_id]"),
        "identity[].jwks.fields": ("fields: [x-token]", "fields: [x-assertion]"),
        "identity[].mtls.subject_from": ("subject_from: san_uri", "subject_from: san_dns"),
        "identity[].mtls.kind": ("kind: agent", "kind: user"),
        "identity[].mtls.roles": ("roles: [robot]", "roles: [android]"),
        "services[].name": ("name: front", "name: back"),
        "services[].match.host": ("host: a.example", "host: b.example"),
        "services[].match.path": ("path: /v1/", "path: /"),
        "services[].upstream.url": ("https://service.internal", "https://other.internal"),
        "services[].upstream.ca": ("ca: ca.pem, tls_verify", "ca: other.pem, tls_verify"),
        "services[].upstream.tls_verify": ("ca: ca.pem, tls_verify: true", "tls_verify: false"),
        "services[].upstream.timeout": (" timeout: 27s", " timeout: 28s"),
        "services[].upstream.stream_timeout": ("stream_timeout: 29s", "stream_timeout: 30s"),
        "services[].upstream.connect_timeout": ("connect_timeout: 31s", "connect_timeout: 32s"),
        "services[].upstream.idle_timeout": ("idle_timeout: 33s", "idle_timeout: 34s"),
        "services[].upstream.pool_size": ("pool_size: 35", "pool_size: 36"),
        "services[].upstream.host": ("host: preserve", "host: service"),
        "services[].upstream.max_header_bytes": (
            "max_header_bytes: 37KiB", "max_header_bytes: 38KiB"
        ),
        "services[].upstream.max_headers": ("max_headers: 39", "max_headers: 40"),
        "services[].routes[].route": ("GET /v1/a/{id}", "GET /v1/a/{name}"),
        "services[].routes[].audit.ahead": ("ahead: always", "ahead: never"),
        "services[].routes[].audit.on_failure": ("on_failure: deny } }", "on_failure: allow } }"),
        "services[].routes[].allow_encoded_slash": (
            "allow_encoded_slash: true", "allow_encoded_slash: false"
        ),
        "services[].rules[].id": ("id: r-1", "id: r-one"),
        "services[].rules[].tags": ("tags: [pii]", "tags: [phi]"),
        "services[].rules[].allow.roles": ("roles: [reader]", "roles: [writer]"),
        "services[].rules[].allow.methods": ("methods: [GET]", "methods: [GET, PUT]"),
        "services[].rules[].allow.routes": (
            "routes: [\"GET /v1/a/{id}\"]", "routes: [\"GET /v1/c\"]"
        ),
        "services[].rules[].allow.actors": ("actors: [service]", "actors: [agent]"),
        "services[].rules[].allow.anonymous": ("anonymous: true", "anonymous: false"),
        "services[].rules[].deny.roles": ("roles: [intern]", "roles: [guest]"),
        "services[].rules[].deny.methods": ("methods: [POST]", "methods: [POST, PATCH]"),
        "services[].rules[].deny.routes": (
            "routes: [\"POST /v1/b\"]", "routes: [\"POST /v1/d\"]"
        ),
        "services[].rules[].deny.actors": ("actors: [user]", "actors: [agent]"),
        "services[].audit.ahead": ("audit: { ahead: never }", "audit: { ahead: auto }"),
        "services[].audit.on_failure": (
            "audit: { ahead: never }", "audit: { ahead: never, on_failure: allow }"
        ),
        "services[].limit.per": ("per: peer", "per: actor"),
        "services[].limit.rate": ("rate: 41/m", "rate: 42/m"),
        "services[].limit.burst": ("burst: 43", "burst: 44"),
        "services[].credentials.forward": ("forward: false", "forward: true"),
        "services[].strip.add": ("add: [x-a]", "add: [x-b]"),
        "services[].strip.keep": ("keep: [x-remote-user]", "keep: [x-remote-group]"),
        "services[].via": ("via: one", "via: two"),
    ]

    private static let base = """
        version: 1
        log: { origin: t.example/log, dir: log, on_failure: deny }
        privacy: { commit: { who: [name], where: [ip], what: [path], payload: [headers] }, capture_headers: [accept] }
        listen:
          - address: 127.0.0.1:8443
            tls: { cert: cert.pem, key: key.pem, min: "1.2", ciphers: [aes256-gcm], client_ca: ca.pem, client_auth: optional }
            http:
              max_header_bytes: 9KiB
              max_headers: 91
              max_target: 1KiB
              max_body: 1MiB
              header_timeout: 11s
              body_timeout: 13s
              min_body_rate: 15B
              idle_timeout: 17s
              write_timeout: 19s
              max_connections: 21
              max_connections_per_peer: 23
            trusted_proxies: [10.0.0.0/8]
        identity:
          - name: machines
            api_keys: { file: keys.yaml, fields: [x-api-key] }
          - name: corp
            jwks: { file: jwks.json, issuer: https://a, audience: [one], algs: [ES256], clock_skew: 25s, types: [JWT], authorized_parties: [web], roles_claims: [groups], subject_claims: [azp], fields: [x-token] }
          - name: mesh
            mtls: { ca: both.pem, subject_from: san_uri, kind: agent, roles: [robot] }
        services:
          - name: front
            match: { host: a.example, path: /v1/ }
            upstream: { url: "https://service.internal", ca: ca.pem, tls_verify: true, timeout: 27s, stream_timeout: 29s, connect_timeout: 31s, idle_timeout: 33s, pool_size: 35, host: preserve, max_header_bytes: 37KiB, max_headers: 39 }
            routes:
              - { route: "GET /v1/a/{id}", audit: { ahead: always, on_failure: deny } }
              - { route: "POST /v1/b", allow_encoded_slash: true }
              - "GET /v1/c"
              - "POST /v1/d"
            rules:
              - { id: r-0, deny: { roles: [intern], methods: [POST], routes: ["POST /v1/b"], actors: [user] } }
              - { id: r-1, allow: { roles: [reader], methods: [GET], routes: ["GET /v1/a/{id}"], actors: [service] }, tags: [pii] }
              - { id: r-2, allow: { anonymous: true } }
            audit: { ahead: never }
            limit: { per: peer, rate: 41/m, burst: 43 }
            credentials: { forward: false }
            paths: { slashes: keep, encoded_slash: keep }
            strip: { add: [x-a], keep: [x-remote-user] }
            via: one

        """

    private func folder() throws -> TemporaryFolder {
        func certificate(_ body: String) -> String {
            "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
        }
        func keySet(_ ids: String...) -> String {
            // The base point's and its double's coordinates are on the curve.
            let key =
                #""kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU""#
            return "{\"keys\":[\(ids.map { "{\(key),\"kid\":\"\($0)\"}" }.joined(separator: ","))]}"
        }
        let folder = try TemporaryFolder()
        for (name, text) in [
            ("cert.pem", certificate("AAAA")), ("key.pem", "key"), ("ca.pem", certificate("BBBB")),
            ("other.pem", certificate("CCCC")),
            ("both.pem", certificate("BBBB") + certificate("CCCC")), ("keys.yaml", ""),
            (
                "more.yaml",
                "- { id: aaaaaaaa, digest: \"sha256:\(String(repeating: "0a", count: 32))\", name: ci }\n"
            ), ("jwks.json", keySet("a")), ("more.json", keySet("b")),
        ] { try folder.write(text, to: name) }
        return folder
    }

    private func assembled(_ text: String, in folder: TemporaryFolder) throws -> String {
        try folder.write(text, to: "countersign.yaml")
        do throws(AssembledConfiguration.Fault) {
            return try AssembledConfiguration(file: folder.file("countersign.yaml")).text
        } catch {
            Issue.record("\(error.text)")
            return ""
        }
    }

    @Test(
        "Every key of the configuration changes what is assembled, or is known to do its work elsewhere"
    )
    func effect() throws {
        let folder = try folder()
        let base = try assembled(Self.base, in: folder)
        // Told the same way twice, so that a difference is one of content.
        #expect(try assembled(Self.base, in: folder) == base)
        let keys = KeyPlace.all.filter { $0.node.keys.isEmpty }.map(\.text)
        for key in keys {
            guard let (old, new) = Self.changes[key] else {
                #expect(Self.elsewhere[key] != nil, "nothing shows that \(key) does anything")
                continue
            }
            try #require(Self.base.contains(old), "\(key)")
            let changed = try assembled(Self.base.replacing(old, with: new), in: folder)
            #expect(changed != base, "\(key) is accepted and does nothing")
        }
        let known = Set(Self.changes.keys).union(Self.elsewhere.keys)
        #expect(known.subtracting(keys).sorted() == [])
    }

    @Test("A listener cannot admit certificates that the identity does not believe in")
    func authorities() throws {
        let folder = try folder()
        try folder.write(
            Self.base.replacing("ca: both.pem", with: "ca: other.pem"), to: "countersign.yaml")
        #expect(throws: AssembledConfiguration.Fault.self) {
            try AssembledConfiguration(file: folder.file("countersign.yaml"))
        }
    }

    @Test(
        "An encrypted key is called that",
        arguments: [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
        ])
    func encrypted(key: String) throws {
        let folder = try folder()
        try folder.write(key, to: "key.pem")
        try folder.write(Self.base, to: "countersign.yaml")
        do throws(AssembledConfiguration.Fault) {
            _ = try AssembledConfiguration(file: folder.file("countersign.yaml"))
            Issue.record("an encrypted key is accepted")
        } catch {
            #expect(error.text.contains("is encrypted"))
            #expect(error.text.contains("openssl pkey"))
        }
    }

    @Test("A certificate with a byte order mark is the same certificate")
    func byteOrderMark() throws {
        let folder = try folder()
        let base = try assembled(Self.base, in: folder)
        try folder.write("\u{FEFF}" + folder.text("cert.pem"), to: "cert.pem")
        #expect(try assembled(Self.base, in: folder) == base)
    }
}
