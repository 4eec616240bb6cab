// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages

/// Finds a mistyped command name, and says which one was probably meant.
enum CommandNames {
    /// Follows the arguments down the tree of commands.
    ///
    /// - Returns: the command that they call.
    static func check(
        _ arguments: [String], of root: any ParsableCommand.Type
    ) throws(CommandFailure) -> any ParsableCommand.Type {
        var command = root
        var path = [name(of: root)]
        // `help` is the parser's own; every word after it has to name a command.
        let isHelp = arguments.first == "help"
        for argument in isHelp ? arguments.dropFirst() : arguments[...] {
            let names = command.configuration.subcommands
            guard isHelp || !names.isEmpty, !argument.hasPrefix("-") else { return command }
            if let next = names.first(where: { name(of: $0) == argument }) {
                command = next
                path.append(argument)
                continue
            }
            // Commands with a default take other words as its arguments.
            guard isHelp || command.configuration.defaultSubcommand == nil else { return command }
            let nearest = NearestName.of(argument, among: names.map { name(of: $0) })
            let hint: SafeText = nearest.map { "did you mean `\($0)`?" } ?? "it is not a command."
            throw CommandFailure(
                .usage,
                "`\(argument)`: \(hint) `\(path.joined(separator: " ")) --help` lists the commands."
            )
        }
        return command
    }

    /// Every command from the root down, as the words that call it.
    static func paths(
        from root: any ParsableCommand.Type, above: [String] = []
    ) -> [[String]] {
        let path = above + [name(of: root)]
        return [path] + root.configuration.subcommands.flatMap { paths(from: $0, above: path) }
    }

    static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)"
    }
}
