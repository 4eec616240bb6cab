// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages

/// Finds options that are given twice though only one value counts: the parser would take the last and say nothing.
enum RepeatedOptions {
    static func check(
        _ arguments: [String], of command: any ParsableCommand.Type
    ) throws(CommandFailure) {
        var counts: [String: Int] = [:]
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("-") {
            counts[String(argument.prefix { $0 != "=" }), default: 0] += 1
        }
        // What the command takes is looked up only where something may be there twice, if by another name.
        guard counts.values.reduce(0, +) > 1 else { return }
        for option in options(of: command) {
            let given = option.filter { counts[$0] != nil }
            let count = given.reduce(0) { $0 + counts[$1, default: 0] }
            guard count > 1 else { continue }
            throw CommandFailure(
                .usage,
                "\(given.joined(separator: " or ")) is there \(count) times, and takes one value: give it once."
            )
        }
    }

    /// The names of each option that takes one value, as the parser tells programs of them.
    private static func options(of command: any ParsableCommand.Type) -> [[String]] {
        let text = Array(command._dumpHelp().utf8)
        guard
            case .success(let value) = Result(catching: { () throws(JSONFault) in
                try JSONParser.parse(text, as: .strict, deepest: 64)
            })
        else { return [] }
        return (value[path: "command", "arguments"]?.array ?? []).compactMap { argument in
            guard argument["kind"]?.string == "option", argument["isRepeating"]?.bool == false
            else { return nil }
            return argument["names"]?.array?.compactMap { name in
                name["name"]?.string.map { (name["kind"]?.string == "short" ? "-" : "--") + $0 }
            }
        }
    }
}
