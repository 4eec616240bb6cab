// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages

/// How a command's data is printed.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs (also: COUNTERSIGN_OUTPUT=json).")
    var json = false

    @Flag(help: "Print without colour (also: NO_COLOR).")
    var noColor = false

    /// Whether a program reads the data.
    var isJSON: Bool {
        get throws(CommandFailure) {
            if json { return true }
            switch CommandContext.current.variable("COUNTERSIGN_OUTPUT") {
            case nil, "table": return false
            case "json": return true
            case .some(let other):
                throw CommandFailure(
                    .usage, "COUNTERSIGN_OUTPUT is `\(other)`; set it to table or json.")
            }
        }
    }

    /// The screen for data.
    var screen: Screen {
        let context = CommandContext.current
        let isColoured = !noColor && context.wantsColour(context.output)
        return Screen(context.output, isColoured ? .coloured : .plain)
    }

    /// The screen for messages; where a program reads the data, it reads these, too.
    var messages: Screen {
        .messages(
            of: .current, noColour: noColor, isJSON: json || CommandContext.current.wantsJSON)
    }
}

extension CommandContext {
    /// Whether the environment asks for JSON.
    var wantsJSON: Bool { variable("COUNTERSIGN_OUTPUT") == "json" }
}
