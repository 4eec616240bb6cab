// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Server

/// Why an access ended as it did, in a sentence, and what to do about it.
struct Explanation {
    private let record: Record
    private let values: RecordValues
    /// Where the outcome of a `started` record is; nil while the log has none.
    private let outcome: LeafIndex?
    /// Nil for accesses.
    private let doing: OwnDoing?

    init(_ record: Record, _ values: RecordValues, outcome: LeafIndex?) {
        self.record = record
        self.values = values
        self.outcome = outcome
        doing = record.action.flatMap { EventAction(rawValue: $0) }.flatMap {
            OwnDoing($0, reason: record.event("reason")?.string)
        }
    }

    /// Nil for a code that a later version wrote.
    private var reason: Reason? { record.reason.flatMap { Reason(code: $0) } }

    /// What happened, why, and what to do: a line each.
    var lines: [SafeText] {
        var lines = [what, SafeText("Why: ", .strong) + why]
        if let remedy { lines.append(SafeText("What to do: ", .strong) + "\(remedy)") }
        return lines
    }

    private var what: SafeText {
        let who = ShownActor(record, values).name
        let when: SafeText = "\(record.time?.rfc3339.prefix(19) ?? "?")Z"
        guard let asked = record.asked(values, unread: "a path that could not be read")
        else {
            guard record.action == EventAction.httpRequest.rawValue else {
                let action: SafeText = "\(record.action ?? "?")"
                return "At \(when), \(who): \(action)" + (unknownStage ?? "") + "."
            }
            // Refused before it was understood: all that is known is what it seems to ask for.
            let path: SafeText = values.path.map { " for \($0)" } ?? ""
            let host: SafeText = values["http.host"].map { " of \($0)" } ?? ""
            return "At \(when), \(who) sent a request\(path)\(host) that was not understood"
                + ending
        }
        let service: SafeText = "\(record.service ?? "?")"
        return "At \(when), \(who) asked \(service) for \(asked)" + ending
    }

    /// What a later version may have written.
    private var unknownStage: SafeText? {
        guard record.stage == nil, let stage = record.word(.stage) else { return nil }
        return "; its stage is \(stage), which is not known here"
    }

    private var ending: SafeText {
        let status: SafeText = record.status.map { " (status \($0))" } ?? ""
        if record.stage == .started {
            return outcome.map { "; how it ended is record \($0.value)." }
                ?? "; how it ended is not in the log yet."
        }
        if let unknownStage { return unknownStage + status + "." }
        return switch record.effect {
        case .allow: ", and it was allowed" + status + "."
        case .deny: ", and it was refused" + status + "."
        case .challenge: ", and was asked to say who they are" + status + "."
        case .limit: ", and a limit stopped it" + status + "."
        case .error: ", and it failed" + status + "."
        case nil:
            (record.word(.effect).map { ", and it was decided so: \($0)" } ?? "") + status + "."
        }
    }

    private var why: SafeText {
        if let doing {
            return "\(doing.why)" + (code.map { " (\($0))" } ?? "") + "."
        }
        let code: SafeText = "\(record.reason ?? "no reason given")"
        // The message is a sentence; the code continues it.
        let sentence = reason?.message ?? "Not known here."
        let message: SafeText = "\(sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...])"
        var text: SafeText = "\(message) (\(code)"
        if let rule = record.rule { text = text + ", rule \(rule)" }
        if let detail = record.event("detail")?.string { text = text + ", \(detail)" }
        if let reading = record.value[path: "decision", "reading"]?.string {
            text = text + ", read as \(reading)"
        }
        return text + ")."
    }

    /// Nil where nothing is to be done.
    var remedy: String? {
        if let doing { return doing.remedy }
        guard let reason else {
            return "Docs/Using/Reasons.md of the version that wrote it says what the code means."
        }
        let service = record.service ?? "?"
        let reading = record.value[path: "decision", "reading"]?.string
        switch (reason, reading) {
        case (.ruleDenied, let reading?):
            let rule = record.rule.flatMap { $0 == Decision.defaultRule ? nil : $0 }
            return ReadingRemedies.denied(reading, rule: rule, service: service)
        case (.malformedPath, let reading?): return ReadingRemedies.malformed(reading)
        default: return reason.row.remedy(service: "service \(service)")
        }
    }

    /// What was decided says nothing of the proxy's own doings.
    private var code: String? {
        doing == nil ? record.reason : record.event("reason")?.string
    }

    func json(_ index: LeafIndex) -> JSONValue {
        var members = [
            JSONMember("index", .integer(Int64(clamping: index.value))),
            JSONMember("reason", code.map { .string($0) } ?? .null),
            JSONMember("what", .string(what.plain)), JSONMember("why", .string(why.plain)),
        ]
        if let remedy { members.append(JSONMember("remedy", .string(remedy))) }
        if let outcome {
            members.append(JSONMember("outcome", .integer(Int64(clamping: outcome.value))))
        }
        return .object(members)
    }
}
