// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import ByteCoding
import Identity
import Messages
import Server
import Settings

/// `countersign token list`.
struct TokenListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the API keys: who holds them, what they may, when they end.",
        discussion: """
            EXAMPLES:
              countersign token list
              countersign token list --json

            The keys themselves are stored nowhere, and shown only when they are made.
            """)

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let settings = try deployment.read().settings
        let now = CommandContext.current.now()
        var ended = try EndedKeys(in: settings.log.state)
        var keys: [(file: KeyFile, key: APIKeyEntry)] = []
        for file in KeyFile.all(in: settings) {
            keys += try file.keys().map { (file, $0.corrected(by: &ended, now: now)) }
        }
        guard try output.isJSON else {
            guard !keys.isEmpty else {
                return try output.messages.line(
                    "no keys; `countersign token mint --as NAME --role ROLE` makes one")
            }
            return try output.screen.table(
                Table(
                    ["ID", "HOLDER", "KIND", "STATE", "ENDS", "ROLES"],
                    rows: keys.map { _, key in
                        [
                            "\(key.id)", "\(key.name)", "\(key.kind.rawValue)",
                            "\(key.state(at: now).rawValue)",
                            "\((key.revoked ?? key.expires)?.rfc3339.prefix(10) ?? "never")",
                            "\(key.roles.joined(separator: ","))",
                        ]
                    }))
        }
        try output.screen.json(
            .array(
                keys.map { file, key in
                    .object([
                        JSONMember("id", .string(key.id)), JSONMember("holder", .string(key.name)),
                        JSONMember("kind", .string(key.kind.rawValue)),
                        JSONMember("roles", .array(key.roles.map { .string($0) })),
                        JSONMember("state", .string(key.state(at: now).rawValue)),
                        JSONMember(
                            "expires", key.expires.map { .string($0.rfc3339) } ?? .null),
                        JSONMember(
                            "revoked", key.revoked.map { .string($0.rfc3339) } ?? .null),
                        JSONMember("identity", .string(file.identity)),
                        JSONMember("file", .string(file.path)),
                    ])
                }))
    }
}

extension APIKeyEntry {
    /// Whether a key is accepted.
    enum Standing: String {
        case good
        case expired
        case revoked
    }

    /// The key as a server sees it: one that has ended for good is revoked, whatever its file says.
    fileprivate func corrected(by ended: inout EndedKeys, now: UTCInstant) -> APIKeyEntry {
        guard let digest = APIKeyDigest(digest) else { return self }
        var key = self
        let end = [expires, revoked].compactMap(\.self).min()
        key.revoked = ended.take(digest, end: end, now: now) ?? revoked
        return key
    }

    func state(at now: UTCInstant) -> Standing {
        if let revoked, now >= revoked { return .revoked }
        if let expires, now >= expires { return .expired }
        return .good
    }
}
