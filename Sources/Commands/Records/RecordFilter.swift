// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ArgumentParser
import AuditRecords
import ByteCoding
import LogReading

/// Which records somebody asks for: every given condition has to hold.
///
/// Says whether one record matches, and nothing about how records are found: a catalog may replace reading them all.
struct RecordFilter: Sendable {
    var since: UTCInstant?
    var until: UTCInstant?
    /// The opaque id of an actor, their name, or the id of their key; also of a refused credential.
    var actor: String?
    var service: String?
    /// A decision's effect, known to this version or not.
    var decision: String?
    var status: StatusRange?
    var reason: String?
    /// A path and all below it, or a route's template.
    var path: String?

    /// Whether a record is meant.
    ///
    /// - Parameter values: what was opened of it; sealed values match nothing.
    func admits(_ record: Record, _ values: RecordValues) -> Bool {
        if let since, record.logTime ?? .distantPast < since { return false }
        if let until, record.logTime ?? .distantPast >= until { return false }
        if let service, record.service != service { return false }
        if let decision, record.word(.effect) != decision { return false }
        if let status, !status.contains(record.status) { return false }
        if let reason, record.reason != reason { return false }
        if let actor, !record.concerns(actor, values) { return false }
        if let path, record.route != path, !Self.isBelow(values.path, path) { return false }
        return true
    }

    /// Whether no older record can match: times in the log never decrease.
    func isPast(_ record: Record) -> Bool {
        guard let since, let time = record.logTime else { return false }
        return time < since
    }

    private static func isBelow(_ path: String?, _ start: String) -> Bool {
        guard let path else { return false }
        return path == start || path.hasPrefix(start.hasSuffix("/") ? start : start + "/")
    }
}

extension UTCInstant {
    fileprivate static let distantPast = UTCInstant(microseconds: 0)
}

/// How an access was decided, as people ask for it: a known word, or one of a later version.
struct DecisionArgument: ExpressibleByArgument, Equatable, Sendable {
    let word: String

    init?(argument: String) {
        guard !argument.isEmpty,
            argument.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else { return nil }
        word = argument
    }

    /// Whether this version knows the word.
    var isKnown: Bool { Decision.Effect(rawValue: word) != nil }

    static var allValueStrings: [String] { Decision.Effect.allCases.map(\.rawValue) }
}

/// Statuses as people ask for them: `404`, `4xx`, `400-499`.
struct StatusRange: ExpressibleByArgument, Equatable, Sendable {
    let range: ClosedRange<Int64>

    init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        if argument.count == 3, argument.hasSuffix("xx"), let digit = Int64(argument.prefix(1)),
            (1...9).contains(digit)
        {
            range = digit * 100...digit * 100 + 99
        } else if let first = parts.first.flatMap({ Int64($0) }),
            let last = parts.last.flatMap({ Int64($0) }), parts.count <= 2, 100 <= first,
            first <= last, last <= 999
        {
            range = first...last
        } else {
            return nil
        }
    }

    func contains(_ status: Int64?) -> Bool { status.map { range.contains($0) } ?? false }
}

/// A moment as people name it: `2026-11-29`, `2026-11-29T13:00:00Z`, or how long ago: `90m`.
struct MomentArgument: ExpressibleByArgument, Equatable, Sendable {
    private enum Form: Equatable {
        case at(UTCInstant)
        case ago(Duration)
    }

    private let form: Form

    init?(argument: String) {
        if let span = TimeSpan(argument: argument) {
            form = .ago(span.duration)
        } else if let instant = Self.instant(argument) {
            form = .at(instant)
        } else {
            return nil
        }
    }

    func instant(now: UTCInstant) -> UTCInstant {
        switch form {
        case .at(let instant): instant
        case .ago(let span):
            UTCInstant(microseconds: now.microseconds - span.components.seconds * 1_000_000)
        }
    }

    /// A day, a second or a fraction of one, in UTC.
    private static func instant(_ text: String) -> UTCInstant? {
        if text.count == 10 { return instant(text + "T00:00:00Z") }
        guard text.hasSuffix("Z") else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...6).contains(fraction.count) else { return nil }
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return UTCInstant(rfc3339: "\(whole).\(fraction)\(zeros)Z")
    }
}
