// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import LedgerFiles
import Settings
import SignedNotes
import SystemPackage
import TestSupport

/// A configuration in which single values are replaced by texts, whatever these are.
struct TriedDocument {
    private var json: JSONValue
    /// What stands in the place of a mark.
    private var texts: [String] = []

    /// A key at one place of the document: names and positions.
    struct Place {
        enum Step: Equatable {
            case name(String)
            case position(Int)
        }

        let steps: [Step]

        var text: String {
            steps.reduce("") { text, step in
                switch step {
                case .name(let name): text.isEmpty ? name : text + "." + name
                case .position(let position): text + "[\(position)]"
                }
            }
        }
    }

    private init(_ json: JSONValue) { self.json = json }

    /// JSON is YAML.
    var text: String {
        var text = String(decoding: CanonicalJSON.encode(json), as: UTF8.self)
        for (number, value) in texts.enumerated() {
            text = text.replacing("\"\(Self.mark(number))\"", with: value)
        }
        return text + "\n"
    }

    private static func mark(_ number: Int) -> String { "<\(number)>" }

    /// Every place at which a key can stand, whether or not it does: its section is there.
    func places(of key: String) -> [Place] {
        let names = key.split(separator: ".").map(String.init)
        var found: [(steps: [Place.Step], value: JSONValue)] = [([], json)]
        for (number, name) in names.enumerated() {
            let isLast = number == names.count - 1
            let plain = name.replacing("[]", with: "")
            found = found.flatMap { place -> [(steps: [Place.Step], value: JSONValue)] in
                guard case .object = place.value else { return [] }
                let steps = place.steps + [.name(plain)]
                if isLast { return [(steps, .null)] }
                guard let value = place.value[plain] else { return [] }
                guard name != plain else { return [(steps, value)] }
                return (value.array ?? []).enumerated().map { (steps + [.position($0)], $1) }
            }
        }
        return found.map { Place(steps: $0.steps) }
    }

    /// The document with a text in the place of a value.
    func setting(_ place: Place, to text: String) -> TriedDocument {
        var changed = self
        changed.texts.append(text)
        changed.json = Self.setting(
            place.steps[...], to: .string(Self.mark(texts.count)), in: json)
        return changed
    }

    /// The document with other keys set, too, each at the place that shares most with the first.
    func setting(_ others: [String: String], beside first: Place) throws -> TriedDocument {
        try others.sorted { $0.key < $1.key }.reduce(self) { document, other in
            let places = document.places(of: other.key)
            func shared(_ place: Place) -> Int {
                zip(place.steps, first.steps).prefix { $0 == $1 }.count
            }
            guard let place = places.max(by: { shared($0) < shared($1) }) else {
                throw NoPlace(key: other.key)
            }
            // `max` gives the last of equals, and what the others are about stands in the first.
            let best = places.first { shared($0) == shared(place) } ?? place
            return document.setting(best, to: other.value)
        }
    }

    struct NoPlace: Error { let key: String }

    private static func setting(
        _ steps: ArraySlice<Place.Step>, to value: JSONValue, in json: JSONValue
    ) -> JSONValue {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch (step, json) {
        case (.name(let name), .object(var members)):
            if let place = members.firstIndex(where: { $0.name == name }) {
                members[place].value = setting(rest, to: value, in: members[place].value)
            } else {
                members.append(JSONMember(name, setting(rest, to: value, in: .object([]))))
            }
            return .object(members)
        case (.position(let position), .array(var items)):
            items[position] = setting(rest, to: value, in: items[position])
            return .array(items)
        default: return json
        }
    }

    /// The values of a key that has a closed set of them, or lists of one of them each, as they are written.
    static func choices(of key: KeyPlace) -> [String] {
        let names = (key.node.form["enum"] ?? .null).array ?? []
        let items = (key.node.form["items"]?["enum"] ?? .null).array ?? []
        return names.compactMap(\.string).map { "\"\($0)\"" }
            + items.compactMap(\.string).map { "[\"\($0)\"]" }
    }

    /// A configuration with a place for every key, in which nothing is what the declarations have for an example.
    static var base: TriedDocument {
        get throws {
            TriedDocument(try JSONParser.parse(Array(text.utf8), as: .strict, deepest: 16))
        }
    }

    private static let text = """
        {
          "version": 1,
          "log": {"origin": "t.example/log", "dir": "log", "key_file": "log.key", "publish": {}},
          "privacy": {"commit": {}},
          "listen": [
            {
              "address": "127.0.0.1:8443", "http": {},
              "tls": {
                "cert": "cert.pem", "key": "key.pem", "client_ca": "base.pem",
                "client_auth": "optional"
              }
            },
            {"address": "127.0.0.1:8080"}
          ],
          "admin": {},
          "identity": [
            {"name": "keys", "api_keys": {"file": "base.yaml"}},
            {"name": "corp", "jwks": {"file": "base.json", "issuer": "https://a", "audience": ["one"]}},
            {"name": "mesh", "mtls": {"ca": "base.pem"}}
          ],
          "services": [
            {
              "name": "front", "match": {"host": "a.example"},
              "upstream": {"url": "https://service.internal", "ca": "base.pem"},
              "routes": [
                {"route": "GET /v1/a/{id}", "audit": {"ahead": "never"}},
                {"route": "GET /v1/c", "audit": {}},
                "GET /v1/invoices/{id}", "POST /v1/b"
              ],
              "rules": [
                {
                  "id": "r-0",
                  "deny": {
                    "roles": ["intern"], "methods": ["POST"], "routes": ["POST /v1/b"],
                    "actors": ["user"]
                  }
                },
                {
                  "id": "r-1",
                  "allow": {
                    "roles": ["writer"], "methods": ["GET"], "routes": ["GET /v1/a/{id}"],
                    "actors": ["agent"]
                  }
                },
                {"id": "r-2", "allow": {"methods": ["POST"]}},
                {"id": "r-3", "deny": {"roles": ["guest"]}}
              ],
              "audit": {}, "limit": {"rate": "41/m"}, "credentials": {}, "paths": {}, "strip": {}
            },
            {
              "name": "back", "upstream": {"url": "https://back.internal"},
              "rules": [{"id": "r", "allow": {"roles": ["writer"]}}]
            }
          ],
          "outputs": [
            {"name": "kept", "file": {"path": "kept.ndjson"}},
            {"name": "wire", "syslog": {"address": "tls://wire.internal:6514", "ca": "base.pem"}},
            {"name": "sure", "relp": {"address": "tls://sure.internal:2514", "ca": "base.pem"}},
            {"name": "wire2", "syslog": {"address": "tls://wire.internal:6514"}},
            {"name": "sure2", "relp": {"address": "tls://sure.internal:2514"}},
            {
              "name": "hook",
              "webhook": {
                "url": "https://hook.internal/in", "ca": "base.pem", "secrets": ["file:base.secret"]
              }
            },
            {
              "name": "otel",
              "otlp": {
                "url": "https://otel.internal/v1/logs", "ca": "base.pem",
                "token": "file:base.secret"
              }
            },
            {
              "name": "hec",
              "splunk": {
                "url": "https://hec.internal/services/collector", "ca": "base.pem",
                "token": "file:base.secret"
              }
            }
          ]
        }
        """

    /// A folder with the files that the base and the examples name.
    static func folder() throws -> TemporaryFolder {
        func certificate(_ body: String) -> String {
            "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
        }
        func keySet(_ id: String) -> String {
            // The base point's and its double's coordinates are on the curve.
            """
            {"keys":[{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",\
            "y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU","kid":"\(id)"},\
            {"kty":"OKP","crv":"Ed25519","x":"ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ","kid":"\(id)2"}]}
            """
        }
        func keys(_ id: String, _ byte: String) -> String {
            let digest = String(repeating: byte, count: 32)
            return "- { id: \(id), digest: \"sha256:\(digest)\", name: ci }\n"
        }
        let folder = try TemporaryFolder()
        for (name, text) in [
            ("cert.pem", certificate("AAAA")), ("tls.crt", certificate("EEEE")),
            ("key.pem", "key"), ("tls.key", "another key"),
            ("base.secret", "whsec_" + String(repeating: "A", count: 32)),
            ("webhook.secret", "whsec_" + String(repeating: "B", count: 32)),
            ("otlp.token", "token"), ("splunk.token", "token"),
            ("base.pem", certificate("BBBB")), ("ca.pem", certificate("CCCC")),
            ("clients.pem", certificate("BBBB") + certificate("CCCC")),
            ("base.yaml", keys("aaaaaaaa", "0a")), ("keys.yaml", keys("bbbbbbbb", "0b")),
            ("base.json", keySet("a")), ("jwks.json", keySet("b")),
        ] { try folder.write(text, to: name) }
        for (name, origin) in [
            ("log.key", "t.example/log"), ("signing.key", "t.example/log"),
            ("audit.key", "audit.example.com/prod"),
        ] {
            guard let origin = KeyName(origin) else { continue }
            _ = try SigningKeyFile.create(FilePath(folder.file(name)), name: origin)
        }
        return folder
    }
}
