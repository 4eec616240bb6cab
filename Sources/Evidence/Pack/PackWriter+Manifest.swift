// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Merkle
internal import Query
internal import SignedNotes
internal import Verification

extension PackWriter {
    /// `manifest.json`, in the order in which auditors ask: which system, who, when, what query, how many, why these are
    /// all, and how to do it again. The numbers in front keep that order in the canonical form.
    func manifest(_ scan: EvidenceScan, content: String) -> JSONValue {
        .object([
            JSONMember("1_system", system), JSONMember("2_request", request),
            JSONMember("3_times", times), JSONMember("4_query", query),
            JSONMember("5_rows", rows(scan)), JSONMember("6_proof", proof(scan)),
            JSONMember("7_repeat", .string(order.command)),
            JSONMember("content", .string(content)),
            JSONMember(
                "files",
                .array(
                    files.map { file in
                        .object([
                            JSONMember("bytes", .integer(file.bytes)),
                            JSONMember("name", .string(file.name)),
                            JSONMember("role", .string(file.role.rawValue)),
                            JSONMember("sha256", .string(file.digest)),
                        ])
                    })),
            JSONMember("format", .string(PackFormat.name)),
            JSONMember("verifier", .integer(PackFormat.rules)),
        ])
    }

    private var system: JSONValue {
        var members: [JSONMember] = []
        if let configuration = source.configuration {
            members.append(JSONMember("config", .string(configuration)))
        }
        members.append(JSONMember("origin", .string(source.checkpoint.claim.origin.text)))
        members.append(JSONMember("software", .string("countersign \(SoftwareVersion.number)")))
        return .object(members)
    }

    private var request: JSONValue {
        var members = [JSONMember("by", .string(order.request.by))]
        if let purpose = order.request.purpose {
            members.append(JSONMember("purpose", .string(purpose)))
        }
        members.append(JSONMember("time", .string(order.request.time.rfc3339)))
        members.append(JSONMember("uid", .string(order.request.uid.text)))
        return .object(members)
    }

    private var times: JSONValue {
        var members: [JSONMember] = []
        if let clock = counts.clock {
            members.append(
                JSONMember(
                    "clock",
                    .object([
                        JSONMember("record", .integer(Int64(clamping: clock.index))),
                        JSONMember("says", clock.value),
                    ])))
        }
        if let first = counts.firstWritten { members.append(JSONMember("first", .string(first))) }
        if let from = order.query.times.from {
            members.append(JSONMember("from", .string(from.rfc3339)))
        }
        if let last = counts.lastWritten { members.append(JSONMember("last", .string(last))) }
        if let to = order.query.times.to { members.append(JSONMember("to", .string(to.rfc3339))) }
        members.append(JSONMember("zone", .string(order.zone)))
        return .object(members)
    }

    private var query: JSONValue {
        var members: [JSONMember] = []
        if order.besides.expression != .everything {
            members.append(JSONMember("besides", .string(order.besides.text)))
        }
        members += [
            JSONMember(
                "groups", .array(order.groups.map(\.rawValue).sorted().map { .string($0) })),
            JSONMember("hash", .string(order.hash)),
        ]
        if let salt = order.salt {
            members.append(JSONMember("salt", .string(Base64.encode(salt))))
        }
        members += [
            JSONMember("sentence", .string(QuerySentence.of(order.query))),
            JSONMember("text", .string(order.query.text)),
        ]
        return .object(members)
    }

    private func rows(_ scan: EvidenceScan) -> JSONValue {
        func number(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
        var members = [
            JSONMember(
                "classes",
                .object(
                    counts.classes.map { JSONMember("\($0.key)", number($0.value)) }
                        .sorted { $0.name < $1.name })),
            JSONMember("disclosed", number(counts.disclosed)),
            JSONMember("erased", number(counts.erased)),
        ]
        if let first = counts.first { members.append(JSONMember("first", number(first))) }
        if let last = counts.last { members.append(JSONMember("last", number(last))) }
        members += [
            JSONMember("matches", number(scan.matches)),
            JSONMember("missing", number(counts.missing)),
            JSONMember("records", number(counts.records)),
            JSONMember("undecided", number(scan.undecided)),
            JSONMember("unread", number(counts.unread)),
            JSONMember("withheld", number(counts.withheld)),
        ]
        return .object(members)
    }

    private func proof(_ scan: EvidenceScan) -> JSONValue {
        let claim = source.checkpoint.claim
        return .object([
            JSONMember("end", .integer(Int64(clamping: scan.range.upperBound))),
            JSONMember("first", .integer(Int64(clamping: scan.range.lowerBound))),
            JSONMember("root", .string(claim.root.hash.base64)),
            JSONMember(
                "selection",
                .string((order.takesAll ? PackSelection.all : .matches).rawValue)),
            JSONMember("size", .integer(Int64(clamping: claim.size.count))),
            JSONMember("why", .string(why(scan))),
        ])
    }

    /// Why the rows are all there are, or are not.
    private func why(_ scan: EvidenceScan) -> String {
        let range =
            "indices \(scan.range.lowerBound) up to, not including, \(scan.range.upperBound)"
        guard !order.takesAll else {
            return
                "Every leaf of \(range) is here, and range.json leads from them to the signed root: none can be missing, changed or added."
        }
        return
            "Each record here is proven to be in the log. That no other record of \(range) matches the query is not proven; an export with --full-range would prove it."
    }
}
