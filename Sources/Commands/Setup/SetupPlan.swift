// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages
import Server

/// What `countersign init` writes and where, and what to do next.
struct SetupPlan {
    let dir: String
    /// Whether there is a first API key.
    let hasKey: Bool

    var configuration: String { path(DeploymentOptions.fileName) }
    var signingKey: String { path("log.key") }
    var apiKeys: String { path("keys.yaml") }
    /// The field that the first key's owner sends, as curl reads it with `-H @FILE`.
    var header: String { path("key.header") }

    /// Everything that is written.
    var paths: [String] {
        [configuration, signingKey, apiKeys] + (hasKey ? [header] : [])
    }

    private func path(_ name: String) -> String {
        dir == "." ? name : LocalFile.path(of: name, in: dir)
    }

    func json(isWritten: Bool) -> JSONValue {
        var members = [
            JSONMember("configuration", .string(configuration)),
            JSONMember("signing_key", .string(signingKey)),
            JSONMember("api_keys", .string(apiKeys)),
        ]
        if hasKey { members.append(JSONMember("key_header", .string(header))) }
        return .object(members + [JSONMember("written", .bool(isWritten))])
    }

    /// Lines for people, the next three commands last.
    func report(holder: String?, hasService: Bool) -> [SafeText] {
        let done = ("✓" as SafeText).toned(.good)
        var lines: [SafeText] = [
            "\(done) configuration  \(configuration)",
            "\(done) signing key    \(signingKey)  (keep a copy elsewhere)",
        ]
        if let holder {
            lines += [
                "\(done) API keys       \(apiKeys)  (one, for \(holder))",
                "\(done) the key        \(header)  (for its owner: keep it safe)",
            ]
        } else {
            lines.append("\(done) API keys       \(apiKeys)  (none yet)")
        }
        if !hasService {
            lines += [
                "",
                "The service is expected at http://127.0.0.1:8081; `upstream` says where it is.",
            ]
        }
        let option = dir == "." ? "" : " -c \(configuration)"
        let path = hasService ? "" : "invoices/1"
        let url: SafeText = "http://127.0.0.1:8080/\(path)"
        let serve: SafeText = "  countersign serve\(option)"
        lines += ["", "Next:"]
        if hasKey {
            let check: SafeText = "countersign verify record\(option) -"
            lines += [
                serve, "  curl -i -H @\(header) \(url)",
                "  curl -si -H @\(header) \(url) | " + check,
            ]
        } else {
            lines += [
                "  KEY=$(countersign token mint\(option) --as alice --kind user --role reader)",
                serve, "  curl -i -H \"X-Api-Key: $KEY\" \(url)",
            ]
        }
        return lines
    }
}
