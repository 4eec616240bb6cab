// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Logging
import Messages
import Server

/// What a running server reports about itself: lines for people, or objects for programs.
///
/// No line holds a personal value, except the address of a client whose TLS handshake failed: what happened to a
/// request is in its record, and there was none.
struct ServerMessages: Sendable {
    /// How a line is written.
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case text
        case json
    }

    let format: Format
    let sink: OutputSink
    let now: @Sendable () -> UTCInstant

    /// - Parameter format: as it was asked for; nil: JSON where the command prints JSON.
    init(_ format: Format?, _ output: OutputOptions) throws(CommandFailure) {
        let isJSON = try output.isJSON
        self.format = format ?? (isJSON ? .json : .text)
        sink = CommandContext.current.messages
        now = CommandContext.current.now
    }

    /// Whether somebody reads at a terminal.
    var isForPeople: Bool { format == .text && sink.isTerminal }

    /// A stage of the server's life; reported at any level.
    func say(_ text: SafeText) throws(OutputClosed) {
        try write(.notice, text, [:], isPlain: true)
    }

    /// For the rooms below.
    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "countersign") { _ in ServerLogHandler(messages: self) }
        logger.logLevel = level
        return logger
    }

    /// - Parameter isPlain: omits the level, in the form for people.
    fileprivate func write(
        _ level: Logger.Level, _ text: SafeText, _ fields: Logger.Metadata, isPlain: Bool
    ) throws(OutputClosed) {
        let sorted = fields.sorted { $0.key < $1.key }
        switch format {
        case .text:
            var line: SafeText = isPlain ? text : "\(level.rawValue): " + text
            for (key, value) in sorted { line = line + ", \(key) \(describing: value)" }
            try sink.write(line.plain + "\n")
        case .json:
            var members = [
                JSONMember("time", .string(now().rfc3339)),
                JSONMember("level", .string(level.rawValue)),
                JSONMember("message", .string(text.plain)),
            ]
            if !fields.isEmpty {
                let values = sorted.map { JSONMember($0.key, .string("\($0.value)")) }
                members.append(JSONMember("fields", .object(values)))
            }
            try Screen(sink, .plain).json(.object(members))
        }
    }
}

/// Writes what the rooms below report, in the same style.
struct ServerLogHandler: LogHandler {
    let messages: ServerMessages
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(messages: ServerMessages) { self.messages = messages }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        // If standard error is closed, there is nobody to tell; the server carries on.
        _ = Result { () throws(OutputClosed) in
            try messages.write(event.level, "\(event.message.description)", fields, isPlain: false)
        }
    }
}
