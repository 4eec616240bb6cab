// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A call of `precondition` or `preconditionFailure` in a source.
struct Precondition {
    /// Line of the call, from 1.
    var line: Int
    /// The invariant that the message opens with.
    var name: String?
    /// The rest of the message.
    var meaning: String

    static func all(in source: String) -> [Precondition] {
        let code = SourceText(source).code
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        return code.indices.compactMap { number in
            guard
                code[number].contains("precondition(")
                    || code[number].contains("preconditionFailure(")
            else { return nil }
            // Calls are short, and no other literal in one looks like a named message.
            let call = lines[number..<min(number + 8, lines.count)].joined(separator: "\n")
            let message = call.firstMatch(of: #/"([A-Z][A-Za-z0-9]+): ([^"\\]+)/#)
            return Precondition(
                line: number + 1, name: message.map { String($0.1) },
                meaning: message.map { String($0.2).trimmed } ?? "")
        }
    }
}
