// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Messages

/// In which form records are listed.
struct RecordFormOptions: ParsableArguments {
    /// Forms of a list.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case table
        /// A JSON object on each line, like `ndjson`.
        case json
        case ndjson
        case csv
    }

    @Option(name: [.customShort("o"), .customLong("output")], help: "Form of the list.")
    var chosen: Form?

    @Flag(name: .customLong("no-bom"), help: "CSV without a byte order mark at its beginning.")
    var isWithoutMark = false

    @Flag(help: "Cut nothing: names and paths in full, however narrow the terminal is.")
    var wide = false

    /// The form that was asked for; as all output where none was.
    func form(_ output: OutputOptions) throws(CommandFailure) -> Form {
        if let chosen {
            guard !output.json || chosen != .csv && chosen != .table else {
                throw CommandFailure(.usage, "give --json or -o \(chosen.rawValue), not both.")
            }
            return chosen
        }
        return try output.isJSON ? .json : .table
    }
}
