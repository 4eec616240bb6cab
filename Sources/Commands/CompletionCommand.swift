// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `countersign completion`.
struct CompletionCommand: ParsableCommand {
    /// Shells that completions can be made for.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands and options in a shell.",
        discussion: """
            EXAMPLES:
              source <(countersign completion bash)
              countersign completion fish | source
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let script = CountersignCommand.completionScript(for: shell.shell)
        try CommandContext.current.output.write(script + "\n")
    }
}
