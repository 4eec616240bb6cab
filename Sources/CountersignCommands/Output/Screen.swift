// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Writes lines, tables and JSON to one sink, in colour where that is wanted.
struct Screen: Sendable {
    private let sink: OutputSink
    private let isColoured: Bool

    init(_ sink: OutputSink, isColoured: Bool) {
        self.sink = sink
        self.isColoured = isColoured
    }

    /// The screen for messages.
    static func messages(of context: CommandContext, noColour: Bool = false) -> Screen {
        Screen(context.messages, isColoured: !noColour && context.wantsColour(context.messages))
    }

    /// One line, broken nowhere.
    func line(_ text: SafeText = "") throws(OutputClosed) {
        try sink.write(rendered(text) + "\n")
    }

    /// A table; nothing for one without rows.
    func table(_ table: Table) throws(OutputClosed) {
        for line in table.lines(within: sink.columns) { try self.line(line) }
    }

    /// One JSON value on one line, fit to be shown.
    func json(_ value: JSONValue) throws(OutputClosed) {
        var text: [UInt8] = []
        JSONText.append(value, to: &text)
        text.append(UInt8(ascii: "\n"))
        try sink.write(HostileText.escaped(json: text))
    }

    /// Empties a terminal; nothing elsewhere.
    func clear() throws(OutputClosed) {
        guard sink.isTerminal else { return }
        try sink.write("\u{1B}[H\u{1B}[2J")
    }

    /// Bytes as they are: for files that programs read.
    func bytes(_ bytes: [UInt8]) throws(OutputClosed) { try sink.write(bytes) }

    private func rendered(_ text: SafeText) -> String {
        guard isColoured else { return text.plain }
        return text.runs.map { run in
            run.tone.code.map { "\u{1B}[\($0)m\(run.text)\u{1B}[0m" } ?? run.text
        }.joined()
    }
}

extension CommandContext {
    /// Colour is for terminals that can show it, unless somebody asked for none (no-color.org).
    func wantsColour(_ sink: OutputSink) -> Bool {
        sink.isTerminal && variable("NO_COLOR") == nil && variable("TERM") != "dumb"
    }
}
