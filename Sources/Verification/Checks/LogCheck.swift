// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Merkle

/// What came of checking a whole log once, as a server remembers it: two sentences, and what they are about.
///
/// A check that was made is of the records that there were then: whoever shows it says how many have come since.
package struct LogCheck: Hashable, Sendable {
    /// What was found, in the form it is shown.
    package struct Found: Hashable, Sendable {
        package var code: String
        package var concern: String
        package var text: String
    }

    /// When it began, and how long it took.
    package var began: UTCInstant
    package var milliseconds: Int64
    /// How many records the log had, all of which were read; their root.
    package var size: UInt64
    package var root: String?
    /// A ``VerificationVerdict``, or one of a later version.
    package var verdict: String
    /// Whether anything was changed: a sentence.
    package var integrity: String
    /// Whether anything is missing: a sentence.
    package var completeness: String
    /// Records that are not in the log, admitted or not.
    package var missing: UInt64
    package var checkpoints: Int64
    /// Without notes; no more than ``mostFindings``.
    package var findings: [Found]

    package static let mostFindings = 32

    /// - Parameters:
    ///   - began: when.
    ///   - duration: how long it took.
    package init(_ report: VerificationReport, began: UTCInstant, duration: Duration) {
        self.began = began
        let (seconds, attoseconds) = duration.components
        milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        size = report.size.count
        root = report.root?.hash.base64
        verdict = report.verdict.rawValue
        integrity = report.integritySentence
        completeness = report.completenessSentence
        missing = report.missing
        checkpoints = Int64(report.checkpointsChecked)
        findings = report.findings.filter { $0.concern != .note }.prefix(Self.mostFindings).map {
            Found(code: $0.code.rawValue, concern: $0.concern.rawValue, text: $0.text)
        }
    }
}

extension VerificationReport {
    /// Numbers of records that are not in the log, admitted or not, and accesses that went through without one.
    package var missing: UInt64 { boots.reduce(0) { $0 + $1.missing + $1.unrecorded } }

    /// The records that it is about, as the beginning of a sentence; a range is always named.
    private var population: String {
        switch size.count {
        case 0: "Of a log without records"
        case 1: "Of record 0"
        default: "Of records 0 to \(size.count - 1)"
        }
    }

    /// Whether anything was changed, in a sentence that names what was looked at.
    package var integritySentence: String {
        let changed = findings(about: .integrity)
        if let first = changed.first {
            let more = changed.count > 1 ? ", and \(changed.count - 1) findings more" : ""
            return "\(population), something was changed: \(first.text)\(more)."
        }
        if let first = findings(about: .rollback).first {
            return "\(population): this is not the log that was seen before (\(first.text))."
        }
        if let first = findings(about: .undecided).first {
            return "\(population), it is not decided whether anything was changed: \(first.text)."
        }
        if unreadable > 0 || recordsRead < size.count {
            return "\(population), \(recordsRead - min(unreadable, recordsRead)) were read, "
                + "and nothing was changed in these."
        }
        return "\(population), nothing was changed."
    }

    /// Whether anything is missing, in a sentence that names what was looked at.
    package var completenessSentence: String {
        guard findings(about: .completeness).isEmpty, missing == 0 else {
            guard missing > 0 else {
                let first = findings(about: .completeness).first?.text ?? ""
                return "\(population), it does not add up: \(first)."
            }
            let noun = missing == 1 ? "record is" : "records are"
            return "\(population.replacing("Of", with: "Beside", maxReplacements: 1)), "
                + "\(missing) \(noun) missing."
        }
        if let completenessDoubt {
            return "\(population), it is not decided whether any is missing: \(completenessDoubt)."
        }
        return "\(population), none is missing."
    }
}

// MARK: In a file

extension LogCheck {
    /// As a server remembers it, and as it is shown.
    package var json: JSONValue {
        func number(_ value: UInt64) -> JSONValue { .integer(Int64(clamping: value)) }
        return .object([
            JSONMember("began", .string(began.rfc3339)),
            JSONMember("checkpoints", .integer(checkpoints)),
            JSONMember("completeness", .string(completeness)),
            JSONMember(
                "findings",
                .array(
                    findings.map {
                        .object([
                            JSONMember("code", .string($0.code)),
                            JSONMember("concern", .string($0.concern)),
                            JSONMember("text", .string($0.text)),
                        ])
                    })),
            JSONMember("integrity", .string(integrity)),
            JSONMember("milliseconds", .integer(milliseconds)),
            JSONMember("missing", number(missing)),
            JSONMember("root", root.map { .string($0) } ?? .null),
            JSONMember("size", number(size)), JSONMember("verdict", .string(verdict)),
        ])
    }

    /// The same read back; nil for anything else.
    package init?(_ value: JSONValue) {
        func number(_ name: String) -> UInt64? {
            value[name]?.integer.flatMap { UInt64(exactly: $0) }
        }
        guard let began = value["began"]?.string.flatMap({ UTCInstant(rfc3339: $0) }),
            let milliseconds = value["milliseconds"]?.integer, let size = number("size"),
            let verdict = value["verdict"]?.string, let integrity = value["integrity"]?.string,
            let completeness = value["completeness"]?.string, let missing = number("missing"),
            let checkpoints = value["checkpoints"]?.integer,
            let list = value["findings"]?.array, list.count <= Self.mostFindings
        else { return nil }
        self.began = began
        self.milliseconds = milliseconds
        self.size = size
        self.verdict = verdict
        self.integrity = integrity
        self.completeness = completeness
        self.missing = missing
        self.checkpoints = checkpoints
        root = value["root"]?.string
        findings = []
        for item in list {
            guard let code = item["code"]?.string, let concern = item["concern"]?.string,
                let text = item["text"]?.string
            else { return nil }
            findings.append(Found(code: code, concern: concern, text: text))
        }
    }
}
