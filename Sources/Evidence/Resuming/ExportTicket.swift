// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Disclosures
package import Merkle
internal import Query
package import SignedNotes

/// An order with all that decides its bytes, written down: what an interrupted export goes on with.
///
/// Relative times are moments in it, and the size of the log is the one that was signed when it was given.
package struct ExportTicket: Sendable {
    package static let format = "countersign.export/1"

    package let order: EvidenceOrder
    /// The form of what is made, as commands and addresses call it.
    package let form: String
    package let origin: String
    package let size: UInt64
    package let root: RootHash
    /// The checkpoint itself, which the log may not keep; nil in what earlier versions wrote.
    package let checkpoint: UnverifiedCheckpoint?
    /// What the receiver saw last, which the pack is to continue.
    package let remembered: UnverifiedCheckpoint?
    /// The order in the words of whoever gave it, by which it is known again.
    package let asked: JSONValue

    package init(
        _ order: EvidenceOrder, form: String, _ checkpoint: UnverifiedCheckpoint,
        remembered: UnverifiedCheckpoint?, asked: JSONValue
    ) {
        self.order = order
        self.form = form
        origin = checkpoint.claim.origin.text
        size = checkpoint.claim.size.count
        root = checkpoint.claim.root
        self.checkpoint = checkpoint
        self.remembered = remembered
        self.asked = asked
    }

    private init(_ order: EvidenceOrder, of other: ExportTicket, asked: JSONValue) {
        self.order = order
        self.asked = asked
        form = other.form
        origin = other.origin
        size = other.size
        root = other.root
        checkpoint = other.checkpoint
        remembered = other.remembered
    }

    /// What the record of the order calls its query by; it outlasts the query.
    package var hash: String { asked["hash"]?.string ?? order.hash }

    /// The same without what somebody wrote who ordered it: an erasure leaves no more than that there was such an order.
    var withoutTexts: ExportTicket {
        var order = order
        order.query = RecordQuery(.everything)
        order.salt = nil
        order.request.purpose = nil
        order.command = ""
        let kept = ["account", "hash", "log_size"]
        let members = (asked.members ?? []).filter { kept.contains($0.name) }
        return ExportTicket(order, of: self, asked: .object(members))
    }

    package var value: JSONValue {
        var request = [
            JSONMember("by", .string(order.request.by)),
            JSONMember("time", .string(order.request.time.rfc3339)),
            JSONMember("uid", .string(order.request.uid.text)),
        ]
        if let purpose = order.request.purpose {
            request.append(JSONMember("purpose", .string(purpose)))
        }
        var members = [
            JSONMember("asked", asked), JSONMember("command", .string(order.command)),
            JSONMember("form", .string(form)), JSONMember("format", .string(Self.format)),
            JSONMember("full", .bool(order.isFullRange)),
            JSONMember(
                "groups", .array(order.groups.map(\.rawValue).sorted().map { .string($0) })),
            JSONMember("origin", .string(origin)), JSONMember("query", .string(order.query.text)),
            JSONMember("request", .object(request)),
            JSONMember("root", .string(root.hash.base64)),
            JSONMember("size", .integer(Int64(clamping: size))),
            JSONMember("zone", .string(order.zone)),
        ]
        for (name, kept) in [("checkpoint", checkpoint), ("remembered", remembered)] {
            guard let kept else { continue }
            let text = String(decoding: kept.note.encode(), as: UTF8.self)
            members.append(JSONMember(name, .string(text)))
        }
        if order.unit != .record {
            members.append(JSONMember("unit", .string(order.unit.rawValue)))
        }
        if let salt = order.salt {
            members.append(JSONMember("salt", .string(Base64.encode(salt))))
        }
        if order.besides.expression != .everything {
            members.append(JSONMember("besides", .string(order.besides.text)))
        }
        if let range = order.range {
            members += [
                JSONMember("first", .integer(Int64(clamping: range.lowerBound))),
                JSONMember("end", .integer(Int64(clamping: range.upperBound))),
            ]
        }
        return .object(members)
    }

    /// Reads what ``value`` wrote; nil if it is anything else.
    package init?(_ value: JSONValue) {
        guard value["format"]?.string == Self.format, let asked = value["asked"],
            let form = value["form"]?.string, let isFull = value["full"]?.bool,
            let names = value["groups"]?.array?.map(\.string),
            let origin = value["origin"]?.string, let zone = value["zone"]?.string,
            let command = value["command"]?.string, let text = value["query"]?.string,
            case .success(let query) = Result(catching: { () throws(QueryFault) in
                try RecordQuery(canonical: text)
            }),
            let by = value[path: "request", "by"]?.string,
            let time = value[path: "request", "time"]?.string.flatMap({ UTCInstant(rfc3339: $0) }),
            let uid = value[path: "request", "uid"]?.string.flatMap({ UniqueID($0) }),
            let root = value["root"]?.string.flatMap({ Hash256(base64: $0) }),
            let size = value["size"]?.integer.flatMap({ UInt64(exactly: $0) })
        else { return nil }
        var range: Range<UInt64>?
        if let first = value["first"]?.integer, let end = value["end"]?.integer {
            guard first >= 0, first <= end else { return nil }
            range = UInt64(first)..<UInt64(end)
        }
        let name = value["unit"]?.string ?? EvidenceOrder.Unit.record.rawValue
        guard let unit = EvidenceOrder.Unit(rawValue: name) else { return nil }
        guard
            case .success(let besides) = Result(catching: { () throws(QueryFault) in
                try RecordQuery(canonical: value["besides"]?.string ?? "")
            })
        else { return nil }
        let salt = value["salt"]?.string.flatMap { Base64.decode($0) }
        guard salt?.count ?? QuestionHash.saltBytes == QuestionHash.saltBytes else { return nil }
        let groups = names.compactMap { $0.flatMap { CommitGroup(rawValue: $0) } }
        guard groups.count == names.count else { return nil }
        // Before tickets had it, those of a server had it in what was asked.
        let note = value["checkpoint"]?.string ?? asked["checkpoint"]?.string
        checkpoint = note.flatMap { UnverifiedCheckpoint(text: $0) }
        remembered = value["remembered"]?.string.flatMap { UnverifiedCheckpoint(text: $0) }
        self.form = form
        self.origin = origin
        self.size = size
        self.root = RootHash(root)
        self.asked = asked
        var order = EvidenceOrder(
            query: query, range: range, isFullRange: isFull, groups: Set(groups),
            request: EvidenceOrder.Request(
                uid: uid, by: by, purpose: value[path: "request", "purpose"]?.string, time: time),
            zone: zone, command: command)
        order.unit = unit
        order.besides = besides
        order.salt = salt
        self.order = order
    }
}
