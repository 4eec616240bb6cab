// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Query
package import Verification

/// How many a query found.
package struct ReportCount: Hashable, Sendable {
    package var number: Int64
    /// Whether there may be more: counting took too long.
    package var isAtLeast: Bool
    /// Those of which nobody could say whether they match.
    package var undecided: Int64

    package init(number: Int64, isAtLeast: Bool, undecided: Int64) {
        self.number = number
        self.isAtLeast = isAtLeast
        self.undecided = undecided
    }
}

/// What was read of a log for a report.
package struct ReportMeasures: Sendable {
    /// By the query of the evidence.
    package var counts: [String: ReportCount] = [:]
    /// The newest check of the whole log; nil where there is none.
    package var check: LogCheck?
    /// When the oldest record that is here was written; nil where it cannot be read.
    package var oldest: UTCInstant?

    package init() {}

    /// Counts what a framework asks for, each query once.
    ///
    /// - Parameter count: counts what a query finds within the times of the report.
    package mutating func take<Failure: Error>(
        _ framework: ReportFramework, _ count: (RecordQuery) throws(Failure) -> ReportCount
    ) throws(Failure) {
        for text in Set(framework.controls.flatMap(\.evidence).compactMap(\.query)).sorted() {
            guard
                case .success(let query) = Result(catching: { () throws(QueryFault) in
                    try RecordQuery(text, at: QueryClock(now: UTCInstant(microseconds: 0)))
                })
            else {
                preconditionFailure(
                    "EvidenceIsAQuery: what is counted does not read as one: \(text)")
            }
            counts[text] = try count(query)
        }
    }
}

/// One piece of evidence as it was found.
package struct ReportFinding: Sendable {
    package let evidence: ReportEvidence
    /// A sentence, or a number and what it counts.
    package let text: String
    package let count: ReportCount?
    package let word: ReportWord
}

/// A control, and what the log has of it.
package struct ReportLine: Sendable {
    package let control: ReportControl
    package let findings: [ReportFinding]
    package let word: ReportWord

    /// - Parameters:
    ///   - measures: what was read.
    ///   - end: the end of the period, from which it is counted back how far the log goes.
    init(_ control: ReportControl, _ measures: ReportMeasures, end: UTCInstant) {
        self.control = control
        findings = control.evidence.map { Self.finding($0, measures, end) }
        let words = findings.map(\.word)
        word =
            words.isEmpty
            ? .cannot
            : words.contains(.gap) ? .gap : words.contains(.evidence) ? .evidence : .none
    }

    private static func finding(
        _ evidence: ReportEvidence, _ measures: ReportMeasures, _ end: UTCInstant
    ) -> ReportFinding {
        var (text, word) = ("", ReportWord.none)
        var count: ReportCount?
        switch evidence.source {
        case .count(let query):
            let found =
                measures.counts[query] ?? ReportCount(number: 0, isAtLeast: false, undecided: 0)
            count = found
            text =
                "\(evidence.words): \(found.isAtLeast ? "at least " : "")\(grouped(found.number))"
            switch evidence.expectation {
            case .some: word = found.number > 0 ? .evidence : .none
            case .each: word = found.number > 0 ? .evidence : .gap
            case .none: word = found.number > 0 ? .gap : .evidence
            }
        case .integrity:
            (text, word) = verdict(measures.check, \.integrity) {
                $0.verdict == VerificationVerdict.integrityFailure.rawValue
                    || $0.findings.contains { ["integrity", "rollback"].contains($0.concern) }
            }
        case .completeness:
            (text, word) = verdict(measures.check, \.completeness) {
                $0.missing > 0 || $0.findings.contains { $0.concern == "completeness" }
            }
        case .retention(let months):
            guard let oldest = measures.oldest else {
                (text, word) = ("How far the log goes back cannot be read.", .none)
                break
            }
            let length = Int64(months) * 2_629_746_000_000
            let isLong = end.microseconds - oldest.microseconds >= length
            (text, word) = (
                "The oldest record here was written \(oldest.rfc3339), \(isLong ? "" : "less than ")"
                    + "\(months) months \(isLong ? "or more " : "")before the end of the period.",
                isLong ? .evidence : .gap
            )
        }
        return ReportFinding(evidence: evidence, text: text, count: count, word: word)
    }

    private static func verdict(
        _ check: LogCheck?, _ sentence: KeyPath<LogCheck, String>, _ isBad: (LogCheck) -> Bool
    ) -> (String, ReportWord) {
        guard let check else { return ("No check of the whole log is known here.", .none) }
        let word: ReportWord =
            isBad(check)
            ? .gap
            : check[keyPath: sentence].contains("not decided")
                || check.findings.contains { $0.concern == "undecided" } ? .none : .evidence
        return ("\(check[keyPath: sentence]) Checked \(check.began.rfc3339).", word)
    }

    /// A number with separators.
    package static func grouped(_ number: Int64) -> String {
        var out = ""
        for (place, digit) in "\(number)".reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3), digit != "-" { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }
}

/// What a log helps to show of a framework, for a period.
package struct ControlReport: Sendable {
    /// What stands on every sheet.
    package struct Head: Sendable {
        /// The log's name.
        package var origin: String
        package var from: UTCInstant
        /// Included.
        package var to: UTCInstant
        /// In which days of the period were taken.
        package var zone: String
        /// What was asked besides; nil for everything.
        package var query: String?
        /// Accesses of the period, or of the query in it.
        package var accesses: ReportCount
        /// The signed size and root that it was read of.
        package var size: UInt64
        package var root: String
        /// Who had it made.
        package var printer: String
        package var made: UTCInstant

        package init(
            origin: String, from: UTCInstant, to: UTCInstant, zone: String, query: String?,
            accesses: ReportCount, size: UInt64, root: String, printer: String, made: UTCInstant
        ) {
            self.origin = origin
            self.from = from
            self.to = to
            self.zone = zone
            self.query = query
            self.accesses = accesses
            self.size = size
            self.root = root
            self.printer = printer
            self.made = made
        }
    }

    package let framework: ReportFramework
    package let head: Head
    package let lines: [ReportLine]

    package init(_ framework: ReportFramework, _ head: Head, _ measures: ReportMeasures) {
        self.framework = framework
        self.head = head
        lines = framework.controls.map { ReportLine($0, measures, end: min(head.to, head.made)) }
    }

    /// The command that counts the same again.
    package func command(_ evidence: ReportEvidence) -> String {
        let times = "--since \(head.from.rfc3339) --until \(upTo)"
        switch evidence.source {
        case .count(let query):
            let all = [query, head.query].compactMap(\.self).joined(separator: " ")
            return "countersign log stats '\(all.replacing("'", with: #"'\''"#))' \(times)"
        case .integrity, .completeness: return "countersign verify"
        case .retention: return "countersign log get 0"
        }
    }

    /// The first moment behind the period: an end is not included.
    package var upTo: String {
        UTCInstant(microseconds: head.to.microseconds + 1).rfc3339
    }
}
