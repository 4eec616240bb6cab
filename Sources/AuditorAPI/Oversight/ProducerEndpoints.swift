// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Console
import HTTPTypes
import Hummingbird
import LogReading
import Merkle
import Verification

/// Who wrote the log: each boot of each proxy, and what of it is missing.
struct ProducerEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/producers", .logRead,
                "List the boots of the proxies that wrote the log, with what is missing of each.",
                parameters: [AskedQuery.purposeParameter],
                answers: [AuditorAnswer(.json, schema: "ProducerList")],
                problems: [.logUnreadable, .unrecorded], isSearch: false, list)
        ]
    }

    private func list(_ call: AuditorCall) async throws -> Response {
        try await desk.reading { [desk] in
            let (standing, live) = (desk.sources.live.check().standing, desk.sources.live.facts())
            let size = try desk.answering { try desk.sources.snapshot().size.count }
            let boots = standing.boots ?? []
            let checked = standing.boots == nil ? nil : standing.last?.size
            return try desk.answer(
                [
                    JSONMember("rows", .array(boots.map { $0.json(running: live.boot) })),
                    JSONMember("checked_to", checked.map { .whole($0) } ?? .null),
                    JSONMember("complete_to", .whole(size)),
                    JSONMember("running", .string(live.boot.text)),
                    JSONMember(
                        "note",
                        .string(
                            checked.map { checked in
                                checked == size
                                    ? "Of all \(size) records."
                                    : "Of records 0 to \(max(1, checked) - 1); \(size - min(size, checked)) have come since."
                            } ?? "The first check since this server's start is under way.")),
                ], to: call, about: ["producers"], rows: boots.count,
                range: "0..<\(checked ?? 0)")
        }
    }
}

extension BootAccount {
    /// - Parameter running: the boot that writes now.
    func json(running: UniqueID) -> JSONValue {
        let state =
            boot == running ? "running" : isStopped ? "stopped" : "cut_off"
        return .object([
            JSONMember("producer", .string(producer)), JSONMember("boot", .string(boot.text)),
            JSONMember("version", version.map { .string($0) } ?? .null),
            JSONMember("state", .string(state)),
            JSONMember("first_seq", .whole(sequences.lowerBound)),
            JSONMember("last_seq", .whole(sequences.upperBound)),
            JSONMember("first_index", .whole(indexes.lowerBound.value)),
            JSONMember("last_index", .whole(indexes.upperBound.value)),
            JSONMember("records", .whole(records)), JSONMember("missing", .whole(missing)),
            JSONMember("unrecorded", .whole(unrecorded)),
            JSONMember("durability", .string(isUnsynced ? "written" : "synced")),
            JSONMember("gaps", .array(gaps.map(\.json))),
        ])
    }
}

extension BootAccount.Gap {
    var json: JSONValue {
        .object([
            JSONMember("first_seq", .whole(sequences.lowerBound)),
            JSONMember("last_seq", .whole(sequences.upperBound)),
            JSONMember("count", .whole(count)),
            JSONMember("reason", reason.map { .string($0) } ?? .null),
            JSONMember("admitted", .bool(reason != nil)),
            JSONMember("index", .whole(index.value)),
        ])
    }
}
