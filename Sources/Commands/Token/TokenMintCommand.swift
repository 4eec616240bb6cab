// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import ByteCoding
import Identity
import Messages
import Server
import Settings

/// `countersign token mint`.
struct TokenMintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Make an API key: its hash goes into the key file, the key is printed once.",
        discussion: """
            EXAMPLES:
              countersign token mint --as billing-job --role reader
              countersign token mint --as alice --kind user --role reader --days 30
              KEY=$(countersign token mint --as ci --role reader)

            All keys of one holder are the same caller: for limits, in records, and where a person is erased. A \
            running proxy takes the key at once; the command ends when it has.
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

    func run() async throws {
        try TokenCommand.check(holder, of: "--as")
        for role in roles { try TokenCommand.check(role, of: "--role") }
        let now = CommandContext.current.now()
        let lifetime = try days.map(KeyLifetime.init(days:)) ?? .endless
        let expires = lifetime.end(from: now)
        let settings = try deployment.read().settings
        let file = try KeyFile.one(in: settings, named: identity)
        var random = SystemRandomNumberGenerator()
        let minted = MintedAPIKey(
            name: holder, kind: kind.kind, roles: Array(Set(roles)).sorted(), expires: expires,
            random: &random)
        // Shown first: a key that nobody has seen would be useless, and stay in the file.
        _ = try file.write(adding: minted.stored, lasting: lifetime, isDry: true)
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("key", .string(minted.text)),
                    JSONMember("id", .string(minted.stored.id)),
                    JSONMember("digest", .string(minted.stored.digest.text)),
                    JSONMember("expires", expires.map { .string($0.rfc3339) } ?? .null),
                    JSONMember("file", .string(file.path)),
                ]))
        } else {
            try output.screen.line("\(minted.text)")
        }
        guard !dryRun else { return try output.messages.line("not stored (--dry-run)") }
        let digest: String
        do throws(CommandFailure) {
            digest = try file.write(adding: minted.stored, lasting: lifetime)
        } catch {
            throw CommandFailure(
                error.status,
                (error.message ?? "\(file.path) cannot be written.")
                    + " The key shown is not stored and opens nothing.")
        }
        try output.messages.line(
            "key \(minted.stored.id) of \(holder) stored in \(file.path); it is shown this once")
        try await TokenCommand.announce(keyFile: digest, settings, output)
    }
}

extension KeyLifetime {
    /// What `--days` says.
    init(days: Int) throws(CommandFailure) {
        guard (1...36_500).contains(days) else {
            throw CommandFailure(.usage, "--days is \(days); use 1 to 36500.")
        }
        self = .lasting(.seconds(days * 86_400))
    }
}
