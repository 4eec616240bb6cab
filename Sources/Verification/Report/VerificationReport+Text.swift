// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import LogReading
internal import Merkle
internal import SignedNotes

extension VerificationReport {
    /// The report as a tree of lines.
    ///
    /// - Parameter now: the time against which ages are measured.
    package func tree(now: UTCInstant) -> [String] {
        let sections: [(String, [Finding], [String])] = [
            (integrityLine(now: now), findings(about: .integrity), []),
            (historyLine, findings(about: .rollback), []),
            (disclosureLine, findings(about: .disclosure), erasures.map(\.text)),
            (completenessLine, findings(about: .completeness), unsyncedStarts.lines),
            ("Not decided", findings(about: .undecided), []),
            ("Too old", findings(about: .stale), []),
            ("Notes", [], notes),
        ]
        return sections.enumerated().flatMap { position, section in
            // The last three are there only when there is something to say.
            section.1.isEmpty && section.2.isEmpty && position > 3
                ? [] : Self.section(section.0, section.1.map(\.text.displayable) + section.2)
        }
    }

    /// The notes, those of one kind in one line: nothing is wrong with any of the files.
    private var notes: [String] {
        let notes = findings(about: .note)
        var told: Set<FindingCode> = []
        return notes.compactMap { note in
            let alike = notes.filter { $0.code == note.code }
            guard alike.count > 1 else { return note.text.displayable }
            guard told.insert(note.code).inserted else { return nil }
            let files = Set(alike.compactMap(\.file)).sorted().joined(separator: ", ")
            return (files.isEmpty ? "" : files + ": ").displayable + note.code.message
        }
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        [title]
            + lines.enumerated().map { position, line in
                (position == lines.count - 1 ? "└─ " : "├─ ") + line
            }
    }

    private static func counted(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private func integrityLine(now: UTCInstant) -> String {
        guard findings(about: .integrity).isEmpty else { return "Integrity FAILED" }
        var line = "Integrity OK: \(Self.counted(recordsRead, "record"))"
        if let root { line += ", root \(root.hash.base64)" }
        line += ", \(Self.counted(checkpointsChecked, "checkpoint"))"
        if let newestTime {
            line += ", newest record \(max(0, now.seconds - newestTime.seconds)) s old"
        }
        return line
    }

    private var historyLine: String {
        findings(about: .rollback).isEmpty
            ? "History OK" : "History FAILED: this is not the log that was seen before"
    }

    private var disclosureLine: String {
        let tally = disclosures
        let counts =
            "\(tally.matching) match, \(tally.withheld) withheld, \(tally.erased) erased, "
            + "\(tally.missing) missing, \(tally.mismatching) mismatch"
        return (findings(about: .disclosure).isEmpty ? "Disclosures OK: " : "Disclosures FAILED: ")
            + counts
    }

    private var completenessLine: String {
        guard findings(about: .completeness).isEmpty else { return "Completeness FAILED" }
        if let completenessDoubt { return "Completeness not decided: \(completenessDoubt)" }
        return "Completeness OK: \(Self.counted(starts, "start")), no record missing"
    }

    /// The verdict in one line, the last thing that is printed.
    package var verdictLine: String {
        let name = origin.map { "\($0.text.displayable): " } ?? ""
        switch verdict {
        case .verified: return name + "verified"
        case .integrityFailure: return name + "the log was CHANGED"
        case .rollback: return name + "the log was PUT BACK or REWRITTEN"
        case .disclosureMismatch: return name + "disclosed values do not match"
        case .completenessFailure: return name + "unchanged, but INCOMPLETE"
        case .undecided: return name + "not decided"
        case .stale: return name + "too old"
        }
    }
}

extension Erasure {
    /// The erasure as a line.
    fileprivate var text: String { "\(key.displayable): erased (record #\(record.value))" }
}
