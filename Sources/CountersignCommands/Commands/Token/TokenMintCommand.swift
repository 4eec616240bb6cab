// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import ByteCoding
import Identity
import Settings

/// `countersign token mint`.
struct TokenMintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Make an API key: its hash goes into the key file, the key is printed once.",
        discussion: """
            EXAMPLES:
              countersign token mint --as billing-job --role reader
              countersign token mint --as alice --kind user --role reader --days 30
              KEY=$(countersign token mint --as ci --role reader)

            A running proxy knows the key after a reload (SIGHUP).
            """)

    @Option(name: .customLong("as"), help: "Who holds the key.")
    var holder: String

    @Option(name: .customLong("role"), help: "A role the holder gets; may be repeated.")
    var roles: [String] = []

    @Option(help: "user, service or agent.")
    var kind: HolderKind = .service

    @Option(help: "After how many days the key is refused; without it, never.")
    var days: Int?

    @Option(
        help: "Name of the identity whose key file gets the hash; needed where there are several.")
    var identity: String?

    @Flag(help: "Print the key, but leave the key file as it is.")
    var dryRun = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    /// What an API key can stand for.
    enum HolderKind: String, CaseIterable, ExpressibleByArgument {
        case user
        case service
        case agent

        var kind: Principal.Kind {
            switch self {
            case .user: .user
            case .service: .service
            case .agent: .agent
            }
        }
    }

    func run() throws {
        let now = CommandContext.current.now()
        if let days, !(1...36_500).contains(days) {
            throw CommandFailure(.usage, "--days is \(days); use 1 to 36500.")
        }
        let expires = days.map {
            UTCInstant(microseconds: now.microseconds + Int64($0) * 86_400_000_000)
        }
        let path = try keyFile(of: try deployment.read().settings)
        var random = SystemRandomNumberGenerator()
        let minted = MintedAPIKey(
            name: holder, kind: kind.kind, roles: Array(Set(roles)).sorted(), expires: expires,
            random: &random)
        let content = try keyFile(at: path, with: minted.stored)
        // Shown first: a key that nobody has seen would be good for nothing, and stay in the file.
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("key", .string(minted.text)),
                    JSONMember("id", .string(minted.stored.id)),
                    JSONMember("digest", .string(minted.stored.digest.text)),
                    JSONMember("expires", expires.map { .string($0.rfc3339) } ?? .null),
                    JSONMember("file", .string(path)),
                ]))
        } else {
            try output.screen.line("\(minted.text)")
        }
        if !dryRun {
            do throws(CommandFailure) {
                try LocalFile.replace(path, Array(content.utf8), isSecret: true)
            } catch {
                throw CommandFailure(
                    error.status,
                    (error.message ?? "\(path) cannot be written.")
                        + " The key shown is not stored and opens nothing.")
            }
        }
        try output.messages.line(
            dryRun
                ? "not stored (--dry-run)"
                : "key \(minted.stored.id) of \(holder) stored in \(path); it is shown this once")
    }

    /// The one key file, or the one that was named.
    private func keyFile(of settings: DeploymentSettings) throws(CommandFailure) -> String {
        var files: [(name: String, path: String)] = []
        for source in settings.identity {
            if case .apiKeys(let keys) = source.source {
                files.append((source.name, keys.file.text))
            }
        }
        let names = files.map(\.name)
        if let identity {
            guard let file = files.first(where: { $0.name == identity }) else {
                let hint = NearestName.of(identity, among: names) ?? names.first ?? "none"
                throw CommandFailure(
                    .usage, "no identity `\(identity)` has API keys; did you mean `\(hint)`?")
            }
            return file.path
        }
        guard let file = files.first, files.count == 1 else {
            throw CommandFailure(
                .usage,
                files.isEmpty
                    ? "no identity has API keys; add one with `api_keys: { file: keys.yaml }`."
                    : "several identities have API keys; choose with --identity: \(names.joined(separator: ", "))."
            )
        }
        return file.path
    }

    /// The key file as it will be.
    private func keyFile(
        at path: String, with key: StoredAPIKey
    ) throws(CommandFailure) -> String {
        let entry = APIKeyEntry(
            id: key.id, digest: key.digest.text, name: key.name, kind: key.kind, roles: key.roles,
            expires: key.expires)
        let old = ConfigurationText(
            file: path, folder: DeploymentOptions.folder(of: path),
            bytes: try LocalFile.read(path, most: ConfigurationText.mostBytes) ?? [])
        do throws(SettingsFaults) {
            return try APIKeyFile.appending(entry, to: old, sources: DeploymentOptions.sources)
        } catch {
            throw CommandFailure(error)
        }
    }
}
