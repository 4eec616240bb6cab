// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LedgerFiles
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
              countersign init
              countersign init --dir proxy --origin audit.example.com/prod

            Nothing that exists is overwritten.
            """)

    @Option(help: "Folder to write to.", completion: .directory)
    var dir = "."

    @Option(help: "The log's name, for good: first line of every checkpoint.")
    var origin = "countersign.example/log"

    @Flag(help: "Say what would be written, and write nothing.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let origin = Settings.LogOrigin(origin), let name = KeyName(origin.text) else {
            throw CommandFailure(
                .usage,
                "`\(origin)` is no name for a log; use printable ASCII without spaces and `+`, such as audit.example.com/prod."
            )
        }
        let files = [DeploymentOptions.fileName, "log.key", "keys.yaml"]
        let paths = files.map { DeploymentOptions.path(of: $0, in: dir) }
        if let taken = paths.first(where: LocalFile.exists) {
            throw CommandFailure(
                .failure,
                "\(taken) exists already; move it away, or choose another folder with --dir.")
        }
        if dryRun {
            for path in paths { try output.screen.line("\(path)") }
            return
        }
        try LocalFolder.make(dir)
        try makeKey(paths[1], name: name)
        try LocalFile.create(paths[2], Array(APIKeyFile.heading.utf8), isSecret: true)
        // Last, so that a configuration stands only beside what it names.
        try LocalFile.create(
            paths[0], Array(SampleConfiguration.text(origin: origin).utf8), isSecret: false)
        try report(paths)
    }

    private func makeKey(_ path: String, name: KeyName) throws(CommandFailure) {
        do throws(DirectoryFault) {
            _ = try SigningKeyFile.create(FilePath(path), name: name)
        } catch {
            throw CommandFailure(.failure, "\(error.description)")
        }
    }

    private func report(_ paths: [String]) throws(OutputClosed) {
        let screen = output.screen
        let done = ("✓" as SafeText).toned(.good)
        try screen.line("\(done) configuration  \(paths[0])")
        try screen.line("\(done) signing key    \(paths[1])  (keep a copy elsewhere)")
        try screen.line("\(done) API keys       \(paths[2])  (none yet)")
        let option = dir == "." ? "" : " -c \(paths[0])"
        try screen.line()
        try screen.line("Next:")
        try screen.line("  countersign check\(option)")
        try screen.line("  countersign token mint\(option) --as alice --kind user --role reader")
        try screen.line("  countersign serve\(option)")
    }
}
