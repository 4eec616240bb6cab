// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Crypto
import Disclosures
import Evidence
import HTTPTypes
import HummingbirdCore
import LogReading
import Merkle
import Query
import RecordForms
import SignedNotes

/// An export as a call orders it, of the log as it is signed now.
struct OrderedExport {
    static let forms = ["pack"] + DerivedForm.allCases.map(\.rawValue)

    /// What can be said besides what is asked for and what is opened; the names are those of `countersign log export`.
    static let parameters = [
        AuditorParameter(
            "format", .choice(forms),
            "An evidence pack, which is the default and proves what it holds; or a list for other programs.",
            example: "csv"),
        AuditorParameter(
            "unit", .choice(EvidenceOrder.Unit.allCases.map(\.rawValue)),
            "What is handed over: each record, which is the default, or each access once, as its newest record says.",
            example: "access"),
        AuditorParameter(
            "full_range", .choice(["yes", "no"]),
            "Whether all records of the range come, those that do not match with their values withheld.",
            example: "yes"),
        AuditorParameter(
            "first", .number(0...JSONValue.largestInteger), "The first index that is searched.",
            example: "0"),
        AuditorParameter(
            "last", .number(0...JSONValue.largestInteger), "The last index that is searched.",
            example: nil),
        AuditorParameter(
            "size", .number(1...JSONValue.largestInteger),
            "The earlier signed size of the log to export, instead of the newest.", example: nil),
        AuditorParameter(
            "checkpoint", .text(mostBytes: mostCheckpointBytes),
            "A signed size of the log as its checkpoint, such as that of an earlier pack: also one that was not published.",
            example: nil),
        AuditorParameter(
            "remembered", .text(mostBytes: mostCheckpointBytes),
            "The checkpoint that the receiver of a pack saw last; the pack then proves that the log continues it.",
            example: nil),
        AuditorParameter(
            "bom", .choice(["yes", "no"]),
            "Whether CSV begins with a byte order mark; it does where this is left out.",
            example: "no"),
    ]

    /// Room for the signatures of two dozen witnesses.
    private static let mostCheckpointBytes = 4_096

    /// By which an order that is sent again is the same.
    static let keyParameter = AuditorParameter(
        "Idempotency-Key", .text(mostBytes: 128),
        "A text of yours, new for each order: the same order with the same text is taken once.",
        example: "q4-invoices")

    private let call: AuditorCall
    private let asked: AskedQuery
    private let isOpening: Bool
    private let snapshot: LogSnapshot
    private let checkpoint: UnverifiedCheckpoint
    private let remembered: UnverifiedCheckpoint?
    /// Whether the log has the checkpoint for good, so that its size is enough to find it.
    private let isKept: Bool
    private let range: Range<UInt64>?

    /// Blocks.
    init(
        _ call: AuditorCall, _ asked: AskedQuery, isOpening: Bool, at desk: AuditorDesk
    ) throws {
        self.call = call
        self.asked = asked
        self.isOpening = isOpening
        let snapshot = try desk.answering { try desk.sources.snapshot() }
        let checkpoint = try Self.checkpoint(call, snapshot, desk)
        remembered = try Self.remembered(call, checkpoint, snapshot, desk)
        isKept = try desk.answering { try snapshot.keeps(checkpoint) }
        range = try Self.range(call, checkpoint.claim.size.count)
        self.snapshot = snapshot
        self.checkpoint = checkpoint
    }

    /// The signed size that is exported.
    private static func checkpoint(
        _ call: AuditorCall, _ snapshot: LogSnapshot, _ desk: AuditorDesk
    ) throws -> UnverifiedCheckpoint {
        guard let newest = snapshot.newest else {
            throw AuditorProblem.logUnreadable.problem(
                "The log has no checkpoint that can be read.",
                remedy: "countersign verify says why.")
        }
        let size = call.number("size").map { UInt64($0) }
        if let text = call["checkpoint"] {
            guard size == nil else {
                throw refusal("size", "Both size and checkpoint say which log.", "Leave one out.")
            }
            return try continued(text, "checkpoint", by: newest, snapshot, desk)
        }
        let found = try desk.answering {
            try EvidenceSource.checkpoint(of: snapshot, size: size)
        }
        guard let found else {
            throw refusal(
                "size", "No checkpoint of this size was published.",
                "Take a size of /api/v1/checkpoints, send the checkpoint itself as checkpoint, or leave size out."
            )
        }
        return found
    }

    /// What the receiver saw last.
    private static func remembered(
        _ call: AuditorCall, _ checkpoint: UnverifiedCheckpoint, _ snapshot: LogSnapshot,
        _ desk: AuditorDesk
    ) throws -> UnverifiedCheckpoint? {
        guard let text = call["remembered"] else { return nil }
        guard (call["format"] ?? forms[0]) == forms[0] else {
            throw refusal(
                "remembered", "Only a pack proves that the log continues something.",
                "Order a pack, or leave remembered out.")
        }
        return try continued(text, "remembered", by: checkpoint, snapshot, desk)
    }

    /// A checkpoint that was sent, if the log continues it.
    private static func continued(
        _ text: String, _ name: String, by checkpoint: UnverifiedCheckpoint,
        _ snapshot: LogSnapshot, _ desk: AuditorDesk
    ) throws -> UnverifiedCheckpoint {
        guard let sent = UnverifiedCheckpoint(text: text) else {
            throw refusal(
                name, "The text of \(name) is no checkpoint.",
                "Send the content of a file of a checkpoint, with its signatures and line ends.")
        }
        do throws(EvidenceFailure) {
            _ = try EvidenceSource.continuing(sent, to: checkpoint, of: snapshot)
        } catch {
            guard case .reading(let failure) = error else {
                throw refusal(
                    name, "The log at \(checkpoint.claim.size.count) records does not continue it.",
                    "It is of another log, of another past of this one, or newer: where it is neither of these, countersign verify says what was changed."
                )
            }
            return try desk.answering { throw failure }
        }
        return sent
    }

    private static func refusal(_ name: String, _ detail: String, _ remedy: String) -> any Error {
        AuditorProblem.badParameter.problem(
            detail, remedy: remedy, [JSONMember("parameter", .string(name))])
    }

    private static func range(_ call: AuditorCall, _ size: UInt64) throws -> Range<UInt64>? {
        let (first, last) = (call.number("first"), call.number("last"))
        guard first != nil || last != nil else { return nil }
        let start = UInt64(first ?? 0)
        let end = last.map { UInt64($0) + 1 } ?? size
        guard start <= end, end <= size else {
            throw AuditorProblem.badRange.problem(
                "first and last are no range of a log of \(size) records.",
                remedy: "Name indices from 0 to \(size == 0 ? 0 : size - 1), the smaller one first."
            )
        }
        return start..<end
    }

    /// The reading that this is, to be recorded before anything is made. Blocks.
    func reading(at desk: AuditorDesk) throws -> AuditorReading {
        let all = range ?? 0..<checkpoint.claim.size.count
        return AuditorReading(
            .export,
            QueryFacts(
                asked.query, about: try person(at: desk), rows: nil,
                range: "\(all.lowerBound)..<\(all.upperBound)", purpose: asked.purpose))
    }

    private var unit: EvidenceOrder.Unit {
        call["unit"].flatMap { EvidenceOrder.Unit(rawValue: $0) } ?? .record
    }

    /// The one person whom it is about.
    private func person(at desk: AuditorDesk) throws -> SubjectID? {
        if let stated = asked.query.statedSubject { return stated }
        guard !asked.query.personalGroups.isEmpty else { return nil }
        var search = try LogSearch(
            asked.sought, unit: unit == .access ? .access : .record, isOpening: isOpening,
            of: snapshot, at: desk)
        return try search.person()
    }

    /// The order, under the id of its record, and the hash by which that names the question.
    ///
    /// - Parameter subject: the one person whom it is about, if that is so: what it was made for goes with them.
    func ticket(
        _ said: RecordedReading, _ key: String?, about subject: SubjectID?
    ) -> ExportTicket {
        let form = call["format"] ?? Self.forms[0]
        let isFullRange = call["full_range"] == "yes"
        var order = EvidenceOrder(
            query: asked.query, range: range, isFullRange: isFullRange, groups: asked.disclosed,
            request: EvidenceOrder.Request(
                uid: said.uid, by: "account \(call.reader.id)", purpose: asked.purpose,
                time: call.now),
            zone: asked.clock.zone,
            command: EvidenceOrder.command(
                form: form, RecordQuery(all: [asked.query, asked.besides]), unit,
                size: isKept ? checkpoint.claim.size.count : nil,
                isContinued: remembered != nil, offset: call["zone"],
                first: call.number("first").map { UInt64($0) },
                last: call.number("last").map { UInt64($0) }, isFullRange: isFullRange,
                disclosed: call["disclose"], purpose: asked.purpose))
        order.unit = unit
        order.besides = asked.besides
        order.salt = said.salt
        var members = [
            JSONMember("account", .string(call.reader.id)),
            JSONMember("hash", .string(order.hash)),
            JSONMember("log_size", .whole(snapshot.size.count)),
            JSONMember("opens", .bool(isOpening)),
        ]
        if let subject { members.append(JSONMember("subject", .string(subject.text))) }
        if call["bom"] == "no" { members.append(JSONMember("no_bom", .bool(true))) }
        if let key {
            members += [
                JSONMember("key", .string(key)), JSONMember("call", .string(Self.digest(call))),
            ]
        }
        return ExportTicket(
            order, form: form, checkpoint, remembered: remembered, asked: .object(members))
    }

    // MARK: The same order again

    /// The text by which a call that is sent again is known; nil where it has none.
    static func key(_ call: AuditorCall) throws -> String? {
        guard let key = call.request.headers[.idempotencyKey] else { return nil }
        guard keyParameter.takes(key), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw AuditorProblem.badParameter.problem(
                "The Idempotency-Key cannot be used.",
                remedy: "Write 1 to 128 printable characters, or leave it out.",
                [JSONMember("parameter", .string("Idempotency-Key"))])
        }
        return key
    }

    /// The job that the same call made before.
    static func known(
        _ key: String?, _ call: AuditorCall, in jobs: ExportJobs
    ) throws -> ExportJob? {
        let known = jobs.all.first {
            $0.maker == call.reader.id && key != nil && $0.ticket.asked["key"]?.string == key
        }
        guard let known else { return nil }
        guard known.ticket.asked["call"]?.string == digest(call) else {
            throw AuditorProblem.keyUsed.problem(
                "Another order has this Idempotency-Key.", remedy: "Send one of its own.")
        }
        return known
    }

    private static func digest(_ call: AuditorCall) -> String {
        let text = call.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        return Hex.encode(SHA256.hash(data: Array(text.joined().utf8)))
    }
}
