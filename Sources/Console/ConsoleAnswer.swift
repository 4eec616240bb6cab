// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What the console answers, apart from how it travels.
struct ConsoleAnswer: Sendable {
    /// How long others may keep the answer.
    enum Freshness: String, Sendable {
        /// Not at all.
        case none = "no-store"
        /// A few seconds at most (C2SP tlog-tiles on checkpoints).
        case seconds = "max-age=1"
        /// For good: the content of this name never changes.
        case immutable = "public, max-age=31536000, immutable"
    }

    var status: Int
    var contentType: String
    var freshness: Freshness
    /// Methods for `Allow`, where the method was the mistake.
    var allow: String?
    var body: [UInt8]

    init(
        _ status: Int, _ contentType: String, _ freshness: Freshness, _ body: [UInt8]
    ) {
        self.status = status
        self.contentType = contentType
        self.freshness = freshness
        self.body = body
    }

    /// A text for people, not kept.
    static func text(_ status: Int, _ text: String) -> ConsoleAnswer {
        ConsoleAnswer(status, "text/plain; charset=utf-8", .none, Array((text + "\n").utf8))
    }
}
