// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Logging

/// What a proxy says of its own doings, kept for a test.
struct CapturedLog: LogHandler {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    let lines: Watched<[Line]>
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(_ lines: Watched<[Line]>) { self.lines = lines }

    /// A logger that keeps its lines.
    static func logger(_ lines: Watched<[Line]>) -> Logger {
        Logger(label: "test") { _ in CapturedLog(lines) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).mapValues { "\($0)" }
        lines.update {
            $0.append(Line(level: event.level, message: "\(event.message)", fields: fields))
        }
    }
}
