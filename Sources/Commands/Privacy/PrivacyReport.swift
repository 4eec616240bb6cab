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
    /// When and for what the log was read where it tells of them.
    private(set) var readings: [(index: LeafIndex, record: Record)] = []
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
        var read: [(index: LeafIndex, record: Record, isAbout: Bool)] = []
        do throws(LogReadFailure) {
            let sealed = try snapshot.commitments(of: subject)
            try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { index, leaf in
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    }), let time = record.time
                else { return }
                let isSealed = record.commitments.values.contains(where: sealed.contains)
                if record.value["query"] != nil {
                    read.append((index, record, isSealed))
                } else if record.actor == subject.text
                    || record.claimed("uid") == subject.text || isSealed
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
        readings = read.filter { _, record, isAbout in
            let range = record.value[path: "query", "range"]?.string.map { ReadRange($0) }
            return isAbout || indices.contains { range?.holds($0) ?? false }
        }.map { ($0.index, $0.record) }
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

    /// Why somebody read the log, as far as it is not sealed.
    private func purpose(
        _ reading: (index: LeafIndex, record: Record), _ reader: inout ValueReader
    ) throws(CommandFailure) -> String? {
        if let stated = reading.record.value[path: "query", "purpose"]?.string { return stated }
        return try values(of: reading.record, at: reading.index, &reader).purpose
    }

    func readingsTable(_ reader: inout ValueReader) throws(CommandFailure) -> Table {
        var rows: [[SafeText]] = []
        for reading in readings {
            let isSealed = reading.record.commitments[.payload] != nil
            let other = isSealed ? "sealed" : "not stated"
            rows.append([
                "\(reading.record.time?.rfc3339 ?? "-")",
                "\(try purpose(reading, &reader) ?? other)",
            ])
        }
        return Table(["READ AT", "PURPOSE"], rows: rows)
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
            if let purpose = try purpose(reading, &reader) {
                members.append(JSONMember("purpose", .string(purpose)))
            }
            told.append(.object(members))
        }
        return .object([
            JSONMember("subject", .string(subject.text)), JSONMember("accesses", .array(list)),
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

/// The indices that a reading looked at, as its record has them: `3`, `3,8`, `0..<9` or `7..`.
struct ReadRange {
    private let ranges: [Range<UInt64>]

    init(_ text: String) {
        ranges = text.split(separator: ",").compactMap { part in
            if let index = UInt64(part) { return index..<index + 1 }
            let ends = part.split(separator: ".", omittingEmptySubsequences: true)
            guard let start = ends.first.flatMap({ UInt64($0) }) else { return nil }
            guard ends.count == 2 else { return start..<UInt64.max }
            guard let end = UInt64(ends[1].drop { $0 == "<" }), end >= start else { return nil }
            return start..<end
        }
    }

    func holds(_ index: UInt64) -> Bool { ranges.contains { $0.contains(index) } }
}
