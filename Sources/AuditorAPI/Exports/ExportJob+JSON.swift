// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Console
import Disclosures
import Evidence
import Merkle
import Query
import RecordForms

extension ExportJob {
    /// Whether values were opened to make it.
    var isOpened: Bool { ticket.asked["opens"]?.bool == true }

    /// How it stands, for whoever ordered it; others see no text of theirs.
    func json(for reader: String) -> JSONValue {
        let order = ticket.order
        let isOwn = reader == maker
        func number(_ value: UInt64?) -> JSONValue { value.map { .whole($0) } ?? .null }
        var isGone = false
        var members = [
            JSONMember("id", .string(id.text)), JSONMember("state", .string(standing.name)),
            JSONMember("account", .string(maker)),
            JSONMember("ordered", .string(order.request.time.rfc3339)),
            JSONMember("format", .string(ticket.form)),
        ]
        if case .erased(let erasure) = standing {
            isGone = true
            members.append(
                JSONMember(
                    "erased",
                    .object([
                        JSONMember("erased", .whole(erasure.index)),
                        JSONMember("at", .string(erasure.time.rfc3339)),
                    ])))
        } else {
            members.append(JSONMember("erased", .null))
        }
        if case .accountRemoved = standing { isGone = true }
        let showsTexts = isOwn && !isGone
        members += [
            JSONMember("query", showsTexts ? .string(order.query.text) : .null),
            JSONMember("hash", .string(ticket.hash)),
            JSONMember(
                "purpose", showsTexts ? order.request.purpose.map { .string($0) } ?? .null : .null),
            JSONMember("unit", .string(order.unit.rawValue)),
            JSONMember("full_range", .bool(order.isFullRange)),
            JSONMember(
                "disclose", .array(order.groups.map(\.rawValue).sorted().map { .string($0) })),
            JSONMember("size", .whole(ticket.size)),
            JSONMember("root", .string(ticket.root.hash.base64)),
            JSONMember("read", number(progress?.read)),
            JSONMember("total", number(progress?.total)),
            JSONMember("bytes", .integer(bytes)),
            JSONMember("records", number(outcome?.records)),
            JSONMember("matches", number(outcome?.matches)),
            JSONMember("undecided", number(outcome?.undecided)),
            JSONMember("files", .array((outcome?.files ?? []).enumerated().map(file))),
            JSONMember("until", outcome.map { .string($0.until.rfc3339) } ?? .null),
        ]
        if case .failed(let why) = standing {
            members.append(JSONMember("problem", .string(why)))
        } else {
            members.append(JSONMember("problem", .null))
        }
        return .object(members)
    }

    private func file(_ number: Int, _ file: File) -> JSONValue {
        .object([
            JSONMember("part", .integer(Int64(number + 1))),
            JSONMember("name", .string(name(of: number))),
            JSONMember("bytes", .integer(file.mark.bytes)),
            JSONMember("sha256", .string(file.mark.digest)),
        ])
    }

    /// The name under which a file is handed over, counted from 0.
    func name(of number: Int) -> String {
        let ending = form.map(\.ending) ?? "tar"
        return "export-\(id.text)\(number == 0 ? "" : "-\(number + 1)").\(ending)"
    }

    /// The type of its files.
    var type: String {
        switch form {
        case .sheet: .sheet
        case .native, .ocsf: .jsonLines
        case .cef: .plainText
        case nil: .archive
        }
    }

    private var form: DerivedForm? { DerivedForm(rawValue: ticket.form) }

    static let schema = AuditorSchema.object([
        .init("id", .uid),
        .init(
            "state", .words(["waiting", "running", "done", "failed", "erased", "account_removed"])),
        .init("account", .text), .init("ordered", .moment),
        .init("format", .words(OrderedExport.forms)),
        .init("erased", .optional(.object([.init("erased", .count), .init("at", .moment)]))),
        .init("query", .optional(.text)), .init("hash", .hash), .init("purpose", .optional(.text)),
        .init("unit", .words(EvidenceOrder.Unit.allCases.map(\.rawValue))),
        .init("full_range", .bool), .init("disclose", .list(.text)), .init("size", .count),
        .init("root", .base64), .init("read", .optional(.count)), .init("total", .optional(.count)),
        .init("bytes", .count), .init("records", .optional(.count)),
        .init("matches", .optional(.count)), .init("undecided", .optional(.count)),
        .init(
            "files",
            .list(
                .object([
                    .init("part", .count), .init("name", .text), .init("bytes", .count),
                    .init("sha256", .text),
                ]))),
        .init("until", .optional(.moment)), .init("problem", .optional(.text)),
    ])
}

extension String {
    static let archive = "application/x-tar"
    static let sheet = "text/csv; charset=utf-8"
}
