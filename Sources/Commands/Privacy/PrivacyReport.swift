// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import LogFormat
import LogReading
import Merkle
import Messages

/// Everything that the log tells of one person, for that person.
struct PrivacyReport {
    /// Records whose actor the person is, or whom a refused credential was of.
    private(set) var accesses: [(index: LeafIndex, record: Record)] = []
    /// When the log was read where it tells of them.
    private(set) var readings: [(index: LeafIndex, record: Record, isAbout: Bool)] = []
    /// What was done about their values.
    private(set) var steps: [(time: UTCInstant, action: String, uid: String)] = []
    private let subject: SubjectID

    var isEmpty: Bool { accesses.isEmpty && steps.isEmpty }

    /// The indices from the first to the last of their records.
    var range: String {
        guard let first = accesses.first?.index, let last = accesses.last?.index else {
            return "0..<0"
        }
        return "\(first.value)..<\(last.value + 1)"
    }

    init(of subject: SubjectID, in snapshot: LogSnapshot) throws(CommandFailure) {
        self.subject = subject
        var read: [(index: LeafIndex, record: Record, sealed: Set<CommitGroup>)] = []
        do throws(LogReadFailure) {
            let sealed = try snapshot.commitments(of: subject)
            let sight = LeafSight(of: subject, sealed)
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { index, leaf in
                // Most leaves are about others, and reading one takes fifty times as long as this.
                guard sight.mayConcern(leaf) else { return }
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    }), let time = record.time
                else { return }
                let theirs = record.commitments.filter { sealed.contains($0.value) }
                if record.value["query"] != nil {
                    read.append((index, record, Set(theirs.keys)))
                } else if record.actor == subject.text
                    || record.claimed("uid") == subject.text || !theirs.isEmpty
                {
                    accesses.append((index, record))
                }
                if let facts = PrivacyFacts(record), facts.scope.subjects.contains(subject) {
                    steps.append((time, record.action ?? "", record.uid?.text ?? ""))
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        let indices = accesses.map(\.index.value)
        let (known, report) = (Set(indices), DisclosureOptions.hash(Self.words(subject.text)))
        // Beginnings of readings that were about this person; what came of them says no more than that.
        var begun: Set<String> = []
        readings = read.compactMap { index, record, sealed in
            // A purpose is sealed under the key of whom the reader looked for, and otherwise under the reader's own: what
            // they read themselves, in whatever words about others, is not about them.
            let range = record.value[path: "query", "range"]?.string.map { ReadRange($0) }
            let isAbout =
                sealed.contains(.what) || (sealed.contains(.payload) && !indices.isEmpty)
                || range?.isWithin(known) ?? false
                || record.value[path: "query", "hash"]?.string == report
                || record.value[path: "query", "about"]?.string.map(begun.contains) ?? false
            if isAbout, let uid = record.uid { begun.insert(uid.text) }
            guard isAbout || indices.contains(where: { range?.holds($0) ?? false }) else {
                return nil
            }
            return (index, record, isAbout)
        }
    }

    func table(_ reader: inout ValueReader) throws(CommandFailure) -> Table {
        var rows: [[SafeText]] = []
        for (index, record) in accesses {
            let values = try values(of: record, at: index, &reader)
            rows.append([
                "\(record.time?.rfc3339 ?? "-")", "\(record.service ?? "-")",
                "\(record.method ?? record.action ?? "-") \(values.path ?? record.route ?? "")",
                "\(values.address ?? "-")", "\(record.effect?.rawValue ?? "-")",
            ])
        }
        return Table(["TIME", "SERVICE", "WHAT", "FROM", "DECISION"], rows: rows)
    }

    /// What is asked for by a report, as the record of it names that by a digest.
    static func words(_ subject: String) -> [String] { ["privacy report", subject] }

    /// Why somebody read the log, where they looked for this person; what was said of readings for other reasons is about
    /// others, and may name them.
    private func purpose(
        _ reading: (index: LeafIndex, record: Record, isAbout: Bool), _ reader: inout ValueReader
    ) throws(CommandFailure) -> String? {
        guard reading.isAbout else { return nil }
        if let stated = reading.record.value[path: "query", "purpose"]?.string {
            // The first records had words of any kind here.
            return PrivacyReference(recorded: stated)?.text
        }
        return try values(of: reading.record, at: reading.index, &reader).purpose
    }

    func readingsTable(_ reader: inout ValueReader) throws(CommandFailure) -> Table {
        var rows: [[SafeText]] = []
        for reading in readings {
            let other: SafeText =
                if reading.isAbout {
                    reading.record.commitments[.payload] == nil ? "not stated" : "sealed"
                } else {
                    "not about this person"
                }
            rows.append([
                "\(reading.record.time?.rfc3339 ?? "-")", "\(Self.way(of: reading.record))",
                "\(Self.recipient(of: reading.record))",
                try purpose(reading, &reader).map { "\($0)" } ?? other,
            ])
        }
        return Table(["READ AT", "HOW", "BY", "PURPOSE"], rows: rows)
    }

    /// How the log was read: `log.export` hands records over for good.
    private static func way(of record: Record) -> String {
        record.action.map { String($0.drop { $0 != "." }.dropFirst()) } ?? "query"
    }

    /// Who read it, as a category: colleagues' names need not be told.
    private static func recipient(of record: Record) -> String {
        let roles = (record.value[path: "actor", "roles"]?.array ?? []).compactMap(\.string)
        if !roles.isEmpty { return roles.joined(separator: ", ") }
        return switch record.value[path: "actor", "type"]?.string {
        case "system":
            record.action == EventAction.logExport.rawValue ? "the proxy, for an export" : "output"
        case "user": "operator of the host"
        default: "program"
        }
    }

    /// The kinds of personal values that the log has of them: groups of values, as counted for their records.
    private var categories: [(CommitGroup, Int)] {
        CommitGroup.allCases.compactMap { group in
            let count = accesses.count { $0.record.commitments[group] != nil }
            return count > 0 ? (group, count) : nil
        }
    }

    /// The same for people.
    var categoryText: String {
        categories.map { group, count in "\(group.meaning) (\(count))" }.joined(separator: ", ")
    }

    func json(_ reader: inout ValueReader) throws(CommandFailure) -> JSONValue {
        var list: [JSONValue] = []
        for (index, record) in accesses {
            var members = [JSONMember("index", .integer(Int64(clamping: index.value)))]
            for (name, text) in [
                ("time", record.time?.rfc3339), ("uid", record.uid?.text),
                ("action", record.action), ("service", record.service), ("method", record.method),
                ("route", record.route), ("decision", record.effect?.rawValue),
            ] {
                if let text { members.append(JSONMember(name, .string(text))) }
            }
            if let status = record.status { members.append(JSONMember("status", .integer(status))) }
            if let values = try values(of: record, at: index, &reader).json {
                members.append(JSONMember("values", values))
            }
            list.append(.object(members))
        }
        var told: [JSONValue] = []
        for reading in readings {
            var members: [JSONMember] = []
            if let time = reading.record.time {
                members.append(JSONMember("time", .string(time.rfc3339)))
            }
            members += [
                JSONMember("how", .string(Self.way(of: reading.record))),
                JSONMember("by", .string(Self.recipient(of: reading.record))),
                JSONMember("about", .bool(reading.isAbout)),
            ]
            if let purpose = try purpose(reading, &reader) {
                members.append(JSONMember("purpose", .string(purpose)))
            }
            told.append(.object(members))
        }
        return .object([
            JSONMember("subject", .string(subject.text)),
            JSONMember(
                "categories",
                .object(
                    categories.map { JSONMember($0.rawValue, .integer(Int64($1))) })),
            JSONMember("accesses", .array(list)),
            JSONMember("readings", .array(told)),
            JSONMember(
                "steps",
                .array(
                    steps.map {
                        .object([
                            JSONMember("time", .string($0.time.rfc3339)),
                            JSONMember("action", .string($0.action)),
                            JSONMember("uid", .string($0.uid)),
                        ])
                    })),
        ])
    }

    private func values(
        of record: Record, at index: LeafIndex, _ reader: inout ValueReader
    ) throws(CommandFailure) -> RecordValues {
        do throws(LogReadFailure) { return try reader.values(of: record, at: index) } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommitGroup {
    /// What is in it, for the person.
    fileprivate var meaning: String {
        switch self {
        case .who: "name and e-mail address"
        case .where: "network address and program"
        case .what: "paths and queries"
        case .payload: "headers and other content"
        }
    }
}

extension LogSnapshot {
    /// Everything that is sealed under one key.
    fileprivate func commitments(of subject: SubjectID) throws(LogReadFailure) -> Set<Hash256> {
        var found: Set<Hash256> = []
        for segment in segments {
            let file = try disclosures(of: segment)
            for block in DisclosureBlock.scan(try file.contents() ?? []).blocks
            where block.subject == subject {
                found.formUnion(block.commitments)
            }
        }
        return found
    }
}
