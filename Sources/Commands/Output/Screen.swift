// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages
import Server

/// Writes lines, tables and JSON to one sink, in colour where that is wanted.
struct Screen: Sendable {
    /// How lines are written.
    enum Form: Sendable {
        case plain
        case coloured
        /// Each line as a JSON object, for programs: `{"message":"…"}`.
        case json
    }

    private let sink: OutputSink
    private let form: Form

    init(_ sink: OutputSink, _ form: Form) {
        self.sink = sink
        self.form = form
    }

    /// The screen for messages.
    static func messages(
        of context: CommandContext, noColour: Bool = false, isJSON: Bool = false
    ) -> Screen {
        let isColoured = !noColour && context.wantsColour(context.messages)
        return Screen(context.messages, isJSON ? .json : isColoured ? .coloured : .plain)
    }

    /// Width of the terminal; nil where lines may be of any length.
    var columns: Int? { sink.columns }

    /// One line, never wrapped.
    func line(_ text: SafeText = "") throws(OutputClosed) {
        guard form == .json else { return try sink.write(rendered(text) + "\n") }
        try json(.object([JSONMember("message", .string(text.plain))]))
    }

    /// A table; nothing for one without rows.
    func table(_ table: Table) throws(OutputClosed) {
        for line in table.lines(within: sink.columns) { try self.line(line) }
    }

    /// One JSON value on one line, safe to display.
    func json(_ value: JSONValue) throws(OutputClosed) {
        var text: [UInt8] = []
        JSONText.append(value, to: &text)
        text.append(UInt8(ascii: "\n"))
        try sink.write(HostileText.escaped(json: text))
    }

    /// Clears a terminal; does nothing elsewhere.
    func clear() throws(OutputClosed) {
        guard sink.isTerminal else { return }
        try sink.write("\u{1B}[H\u{1B}[2J")
    }

    /// Bytes as they are: for files that programs read.
    func bytes(_ bytes: [UInt8]) throws(OutputClosed) { try sink.write(bytes) }

    private func rendered(_ text: SafeText) -> String {
        guard form == .coloured else { return text.plain }
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
