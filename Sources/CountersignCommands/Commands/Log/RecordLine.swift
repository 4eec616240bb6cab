// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Merkle

/// A record as one row for people: who, what, when, where to, and how it was decided.
struct RecordLine {
    static let headings: [SafeText] = [
        "INDEX", "TIME", "DECISION", "WHO", "WHAT", "SERVICE", "STATUS", "WHY",
    ]

    let cells: [SafeText]

    init(_ index: LeafIndex, _ leaf: [UInt8]) {
        let record: Record
        do throws(RecordFault) {
            record = try Record(leaf: leaf)
        } catch {
            cells = ["\(index.value)", ("not a record" as SafeText).toned(.bad)]
            return
        }
        cells = [
            "\(index.value)", Self.time(of: record), Self.decision(of: record),
            "\(record.actor ?? "–")", Self.what(of: record), "\(record.service ?? "–")",
            "\(record.status.map { String($0) } ?? "–")", "\(record.reason ?? "")",
        ]
    }

    /// In the place of a record that does not lead to the signed root: nothing of it is shown.
    static func notAsSigned(_ index: LeafIndex) -> [SafeText] {
        ["\(index.value)", ("not what was signed" as SafeText).toned(.bad)]
    }

    /// To the second: the microseconds are in the record.
    private static func time(of record: Record) -> SafeText {
        guard let time = record.time else { return "–" }
        return ("\(time.rfc3339.prefix(19))Z" as SafeText).toned(.faint)
    }

    private static func decision(of record: Record) -> SafeText {
        guard let effect = record.effect else { return "–" }
        let tone: Tone =
            switch effect {
            case .allow: .good
            case .deny, .error: .bad
            case .challenge, .limit: .caution
            }
        let word: SafeText = "\(effect.rawValue.uppercased())"
        return record.stage == .started ? word.toned(tone) + " …" : word.toned(tone)
    }

    private static func what(of record: Record) -> SafeText {
        guard let method = record.method else { return "\(record.action ?? "–")" }
        return "\(method) \(record.route ?? "–")"
    }
}
