// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Identity
import Messages
import Server
import Settings

/// `countersign token rotate`.
struct TokenRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make another API key of the same holder, and have the old one end.",
        discussion: """
            EXAMPLES:
              countersign token rotate abcdefgh
              KEY=$(countersign token rotate abcdefgh --overlap 7d)

            The new key has the old one's holder, kind and roles, and lasts as long as the old one was made for, \
            or as --days says. Both are good during the overlap; records, limits and history do not tell them \
            apart.
            """)

    @Argument(help: "The old key's id: the eight characters behind `csk_`.")
    var id: String

    @Option(help: "How long the old key stays good, such as 90s, 15m, 24h, 7d.")
    var overlap = TimeSpan.day

    @Option(
        help: "After how many days the new key is refused; default: as the old one was made for.")
    var days: Int?

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = CommandContext.current.now()
        let settings = try deployment.read().settings
        let (file, old) = try KeyFile.holding(id, in: settings)
        guard old.state(at: now) == .good else {
            throw CommandFailure(
                .usage,
                "key \(id) is \(old.state(at: now).rawValue) already; `countersign token mint` makes a new one."
            )
        }
        let length = overlap.duration.components.seconds
        let end = UTCInstant(microseconds: now.microseconds + length * 1_000_000)
        let usual = old.lifetime(at: now)
        let lifetime = try days.map(KeyLifetime.init(days:)) ?? usual
        var random = SystemRandomNumberGenerator()
        let minted = MintedAPIKey(
            name: old.name, kind: old.kind, roles: old.roles, expires: lifetime.end(from: now),
            random: &random)
        // The old key's intended lifetime is written down first: its end is brought forward now, and no longer shows
        // it.
        let digest = try file.write(
            changing: [(id, .note(usual)), (id, .end(at: end))], adding: minted.stored,
            lasting: lifetime)
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("key", .string(minted.text)),
                    JSONMember("id", .string(minted.stored.id)),
                    JSONMember("digest", .string(minted.stored.digest.text)),
                    JSONMember(
                        "expires", minted.stored.expires.map { .string($0.rfc3339) } ?? .null),
                    JSONMember("old", .string(id)),
                    JSONMember(
                        "old_expires", .string(min(old.expires ?? end, end).rfc3339)),
                    JSONMember("file", .string(file.path)),
                ]))
        } else {
            try output.screen.line("\(minted.text)")
        }
        try output.messages.line(
            "key \(minted.stored.id) of \(old.name) stored in \(file.path); it is shown this once")
        try output.messages.line(
            "key \(id) ends at \(min(old.expires ?? end, end).rfc3339)")
        try await TokenCommand.announce(keyFile: digest, settings, output)
    }
}
