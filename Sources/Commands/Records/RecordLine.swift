// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Server

/// A record as one row for people: who, what, when, where from, and how it was decided.
struct RecordLine {
    let index: LeafIndex
    /// Nil where the leaf is no record, or not the one that was signed.
    let record: Record?
    /// What stands in a record's place where there is none to show.
    let absence: SafeText
    let values: RecordValues

    init(_ index: LeafIndex, _ leaf: [UInt8], _ reader: inout ValueReader) throws(CommandFailure) {
        self.index = index
        absence = "not a record"
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record):
            self.record = record
            do { values = try reader.values(of: record, at: index) } catch {
                throw CommandFailure(error)
            }
        case .failure:
            record = nil
            values = .none
        }
    }

    /// The line for a record that does not lead to the signed root: nothing of it is shown.
    init(notAsSigned index: LeafIndex) {
        self.index = index
        record = nil
        values = .none
        absence = "not what was signed"
    }

    /// For programs: the record, and what was opened of it.
    var json: JSONValue {
        .object(RecordItem(index: index, record: record, values: values).members)
    }

    func text(in columns: RecordColumns) -> SafeText {
        columns.line(of: columns.columns.map { cell($0.column, isWide: !columns.isCut, $0.width) })
    }

    private func cell(_ column: RecordColumns.Column, isWide: Bool, _ width: Int) -> SafeText {
        guard let record else {
            switch column {
            case .index: return "\(index.value)"
            case .who: return absence.toned(.bad)
            default: return ""
            }
        }
        switch column {
        case .index: return "\(index.value)"
        case .time: return Self.time(of: record, isWide: isWide)
        case .who:
            let actor = ShownActor(record, values)
            return isWide || width >= 40 ? actor.full : actor.name
        case .what: return what(record)
        case .service: return "\(record.service ?? "–")"
        case .from: return "\(values.address ?? "–")"
        case .decision: return Self.decision(of: record, width)
        }
    }

    /// To the second where room is short: the microseconds are in the record.
    private static func time(of record: Record, isWide: Bool) -> SafeText {
        guard let text = record.time?.rfc3339 else { return "–" }
        let shown = isWide ? text.prefix(23) + "Z" : text.dropFirst(11).prefix(8)
        return ("\(shown)" as SafeText).toned(.faint)
    }

    /// Of a head that was not understood, the path that it seems to ask for.
    private func what(_ record: Record) -> SafeText {
        record.asked(values) ?? "\(values.path ?? record.action ?? "–")"
    }

    /// Whether the record is about a decision: true except for records about the proxy itself, so that it holds for
    /// whatever a later version adds.
    private static func isDecided(_ record: Record) -> Bool {
        switch record.word(.category).flatMap({ EventCategory(rawValue: $0) }) {
        case .admin, .audit, .privacy, .system, .alert: false
        case .access, .auth, nil: true
        }
    }

    private static func decision(of record: Record, _ width: Int) -> SafeText {
        guard isDecided(record), let effect = record.word(.effect) else { return "" }
        let tone: Tone =
            switch record.effect {
            case .allow: .good
            case .deny, .error: .bad
            case .challenge, .limit: .caution
            case nil: .plain
            }
        if record.stage == .started { return ("started" as SafeText).toned(tone) }
        var word: SafeText = "\(effect.uppercased())"
        // An unknown stage is not an end to rely on.
        if record.stage == nil, let stage = record.word(.stage) { word = "\(stage) " + word }
        let status: SafeText = record.status.map { " \($0)" } ?? ""
        let reason: SafeText = record.reason.map { " \($0)" } ?? ""
        // Where all of it does not fit, the status says more than the word.
        guard width < 20 else { return (word + status + reason).toned(tone) }
        let number: SafeText = record.status.map { "\($0) " } ?? ""
        return (number + word).toned(tone)
    }
}
