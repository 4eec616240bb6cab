// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Disclosures
import Glibc
import Messages
import Query
import Server

/// Which records are exported, what is disclosed of them, and for whom.
struct ExportSelection: ParsableArguments {
    @Argument(help: "Which records, in the query language; all where nothing is given.")
    var words: [String] = []

    @Option(
        name: [.customShort("q"), .customLong("query")], parsing: .unconditional,
        help: "The same; also one that begins with a dash.")
    var text: String?

    @OptionGroup var query: QueryOptions

    @Option(
        help: "What is handed over: each record, or each access once, as its newest record says.")
    var unit = SearchUnit.record

    @Flag(help: "All records of the range, those that do not match with their values withheld.")
    var fullRange = false

    @Option(help: "The first index that is searched.")
    var first: UInt64?

    @Option(help: "The last index that is searched.")
    var last: UInt64?

    @Option(help: "Groups of values to disclose: who, where, what, payload; takes --purpose.")
    var disclose: String?

    @Option(help: "The earlier signed size of the log to export, instead of the newest.")
    var size: UInt64?

    @Option(
        help:
            "The same as a file with its checkpoint, such as that of an earlier pack: also one that was not published.",
        completion: .file())
    var checkpoint: String?

    @Option(
        help:
            "File with the checkpoint that the receiver saw last, or consistency.txt of a pack; the pack then proves that the log continues it.",
        completion: .file())
    var remembered: String?

    @Option(
        help:
            "A file with rules that decided earlier: a configuration, or policies.ndjson of a pack. May be repeated.",
        completion: .file())
    var rules: [String] = []

    @Option(help: "Who asks for the export; the user of this host by default.")
    var requestedBy: String?

    @Option(help: "The export's own id, to make an earlier export again byte for byte.")
    var uid: String?

    @Option(help: "The time that the export bears, to make an earlier one again.")
    var at: String?

    @Flag(name: .customLong("no-bom"), help: "CSV without a byte order mark at its beginning.")
    var isWithoutMark = false

    /// Whether nothing was chosen.
    var isEmpty: Bool {
        words.isEmpty && text == nil && query.isEmpty && unit == .record && !fullRange
            && first == nil && last == nil && disclose == nil && size == nil
            && checkpoint == nil && remembered == nil && rules.isEmpty && requestedBy == nil
            && uid == nil && at == nil && !isWithoutMark
    }

    /// All of it as it was given, by which an interrupted export is known again.
    var asked: JSONValue {
        let times = query.times
        let texts: [(String, String?)] = [
            ("words", words.isEmpty ? nil : words.joined(separator: " ")), ("query", text),
            ("since", times.since), ("until", times.until), ("utc_offset", times.utcOffset),
            ("actor", query.actor), ("service", query.service),
            ("decision", query.decision?.word), ("status", query.status),
            ("reason", query.reason), ("path", query.path), ("first", first.map { "\($0)" }),
            ("last", last.map { "\($0)" }), ("size", size.map { "\($0)" }),
            ("checkpoint", checkpoint),
            ("disclose", disclose), ("remembered", remembered),
            ("requested_by", requestedBy), ("uid", uid), ("at", at),
            ("unit", unit == .access ? "access" : nil), ("full", fullRange ? "yes" : nil),
            ("no_bom", isWithoutMark ? "yes" : nil),
        ]
        var members = texts.compactMap { name, text in
            text.map { JSONMember(name, .string($0)) }
        }
        if !rules.isEmpty { members.append(JSONMember("rules", .array(rules.map { .string($0) }))) }
        return .object(members.sorted { $0.name < $1.name })
    }

    /// What is asked for, of which everything has to hold.
    func records() throws(CommandFailure) -> RecordQuery {
        let asked = try query.query(words)
        guard let text else { return asked }
        return RecordQuery(all: [asked, try query.times.query(text)])
    }

    /// The groups that are to be disclosed.
    func groups() throws(CommandFailure) -> Set<CommitGroup> {
        var groups: Set<CommitGroup> = []
        for name in disclose?.split(separator: ",") ?? [] {
            guard let group = CommitGroup(rawValue: String(name)) else {
                let names = CommitGroup.allCases.map(\.rawValue)
                let nearest = NearestName.of(String(name), among: names)
                throw CommandFailure(
                    .usage,
                    "--disclose has no group `\(String(name))`; there are \(names.joined(separator: ", ")).\(nearest.map { " Did you mean `\($0)`?" } ?? "")"
                )
            }
            groups.insert(group)
        }
        return groups
    }

    /// The indices that were named.
    func range(in size: UInt64) throws(CommandFailure) -> Range<UInt64>? {
        guard first != nil || last != nil else { return nil }
        let start = first ?? 0
        let end = last.map { $0 == .max ? $0 : $0 + 1 } ?? size
        guard start <= end, end <= size else {
            throw CommandFailure(
                .usage,
                "--first \(start) and --last \(end == 0 ? 0 : end - 1) are no range of a log of \(size) records; name indices from 0 to \(size == 0 ? 0 : size - 1)."
            )
        }
        return start..<end
    }

    /// Who asks: as named, or the user of this host.
    var requester: String { requestedBy ?? "user \(getuid()) of this host" }

    func identifier(at time: UTCInstant) throws(CommandFailure) -> UniqueID {
        guard let uid else {
            var random = SystemRandomNumberGenerator()
            return UniqueID(at: time, random: (random.next(), random.next()))
        }
        guard let id = UniqueID(typed: uid) else {
            throw CommandFailure(.usage, "--uid is `\(uid)`; give the `uid` of a manifest.")
        }
        return id
    }

    func time() throws(CommandFailure) -> UTCInstant {
        guard let at else { return CommandContext.current.now() }
        guard let time = UTCInstant(rfc3339: at) else {
            throw CommandFailure(
                .usage,
                "--at is `\(at)`; give the `time` of a manifest, as 2026-11-30T12:00:00.000000Z.")
        }
        return time
    }
}
