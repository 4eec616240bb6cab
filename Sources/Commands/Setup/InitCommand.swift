// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import Identity
import LedgerFiles
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage

/// `countersign init`.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration, a signing key and an empty key file to start from.",
        discussion: """
            EXAMPLES:
              countersign init --upstream http://127.0.0.1:3000 --as "Ada Lovelace"
              countersign init
              countersign init --dir proxy --origin audit.example.com/prod

            With --upstream, the configuration works at once for that service. With --as, there is a first key, \
            for reading and writing: its hash in the key file, and the field that curl sends in key.header, for \
            its owner only. Nothing that exists is overwritten.
            """)

    @Option(help: "Folder to write to.", completion: .directory)
    var dir = "."

    @Option(help: "The log's name, for good: first line of every checkpoint.")
    var origin = "countersign.example/log"

    @Option(help: "URL of the service to protect.")
    var upstream: String?

    @Option(name: .customLong("as"), help: "Make a first API key for somebody of this name.")
    var holder: String?

    @Flag(help: "Say what would be written, and write nothing.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let origin = LogName(origin), let name = KeyName(origin.text) else {
            throw CommandFailure(
                .usage,
                "`\(origin)` is no name for a log; use printable ASCII without spaces and `+`, such as audit.example.com/prod."
            )
        }
        if let holder { try TokenCommand.check(holder, of: "--as") }
        let text = SampleConfiguration.text(origin: origin, upstream: upstream)
        try checkUpstream(text)
        let plan = SetupPlan(dir: dir, hasKey: holder != nil)
        if let taken = plan.paths.first(where: LocalFile.exists) {
            throw CommandFailure(
                .failure,
                "\(taken) exists already; move it away, or choose another folder with --dir.")
        }
        if !dryRun { try write(text, to: plan, name: name) }
        if try output.isJSON {
            try output.screen.json(plan.json(isWritten: !dryRun))
        } else if dryRun {
            for path in plan.paths { try output.screen.line("\(path)") }
        } else {
            for line in plan.report(holder: holder, hasService: upstream != nil) {
                try output.screen.line(line)
            }
        }
    }

    /// Whether a proxy would accept the URL, checked before anything is written.
    private func checkUpstream(_ text: String) throws(CommandFailure) {
        guard let upstream else { return }
        do throws(SettingsFaults) {
            _ = try Deployment.read(
                ConfigurationText(
                    file: DeploymentOptions.fileName, folder: dir, bytes: Array(text.utf8)),
                sources: DeploymentOptions.sources)
        } catch {
            let why = error.faults.first?.message ?? ""
            throw CommandFailure(.usage, "--upstream `\(upstream)`: \(why).")
        }
    }

    private func write(
        _ text: String, to plan: SetupPlan, name: KeyName
    ) throws(CommandFailure) {
        try LocalFolder.make(dir)
        do throws(DirectoryFault) {
            _ = try SigningKeyFile.create(FilePath(plan.signingKey), name: name)
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
        var keys = APIKeyFile.heading
        if let holder {
            var random = SystemRandomNumberGenerator()
            let key = MintedAPIKey(
                name: holder, kind: .user, roles: ["reader", "writer"], expires: nil,
                random: &random)
            keys += APIKeyFile.entry(
                for: APIKeyEntry(
                    id: key.stored.id, digest: key.stored.digest.text, name: key.stored.name,
                    kind: key.stored.kind, roles: key.stored.roles, expires: nil))
            try LocalFile.create(
                plan.header, Array("X-Api-Key: \(key.text)\n".utf8), isSecret: true)
        }
        try LocalFile.create(plan.apiKeys, Array(keys.utf8), isSecret: true)
        // Last, so that a configuration never exists without the files that it names.
        try LocalFile.create(plan.configuration, Array(text.utf8), isSecret: false)
    }
}
