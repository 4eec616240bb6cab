// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle
internal import SignedNotes

extension VerificationReport {
    /// The report as canonical JSON.
    package var json: [UInt8] { CanonicalJSON.encode(value) }

    private var value: JSONValue {
        var members = [
            JSONMember("verdict", .string(verdict.rawValue)),
            JSONMember("exit_code", .integer(Int64(verdict.exitCode))),
            JSONMember("integrity", ok(.integrity, .rollback)),
            JSONMember(
                "completeness",
                findings(about: .completeness).isEmpty && completenessDoubt != nil
                    ? .string("undecided") : ok(.completeness)),
            JSONMember("size", .integer(Int64(clamping: size.count))),
            JSONMember("records", .integer(Int64(clamping: recordsRead))),
            JSONMember("checkpoints", .integer(Int64(checkpointsChecked))),
            JSONMember("starts", .integer(Int64(starts))),
            JSONMember("disclosures", tally),
            JSONMember("findings", .array(findings.map(\.value))),
        ]
        if unsyncedStarts.count > 0 {
            members.append(
                JSONMember(
                    "unsynced_starts",
                    .object([
                        JSONMember("count", .integer(Int64(unsyncedStarts.count))),
                        JSONMember("cut_off", .integer(Int64(unsyncedStarts.cutOff))),
                    ])))
        }
        if !erasures.isEmpty {
            members.append(JSONMember("erasures", .array(erasures.map(\.value))))
        }
        if let origin { members.append(JSONMember("origin", .string(origin.text))) }
        if let root { members.append(JSONMember("root", .string(root.hash.base64))) }
        if let newestTime {
            members.append(JSONMember("newest_record_time", .string(newestTime.rfc3339)))
        }
        if let verified {
            members.append(
                JSONMember("verified_size", .integer(Int64(clamping: verified.size.count))))
        }
        return .object(members)
    }

    private func ok(_ concerns: Concern...) -> JSONValue {
        .string(findings.contains { concerns.contains($0.concern) } ? "failed" : "ok")
    }

    private var tally: JSONValue {
        .object([
            JSONMember("match", .integer(Int64(disclosures.matching))),
            JSONMember("withheld", .integer(Int64(disclosures.withheld))),
            JSONMember("erased", .integer(Int64(disclosures.erased))),
            JSONMember("missing", .integer(Int64(disclosures.missing))),
            JSONMember("mismatch", .integer(Int64(disclosures.mismatching))),
        ])
    }
}

extension Erasure {
    /// The erasure as a JSON object.
    fileprivate var value: JSONValue {
        .object([
            JSONMember("key", .string(key)),
            JSONMember("record", .integer(Int64(clamping: record.value))),
        ])
    }
}

extension Finding {
    /// The finding as a JSON object.
    var value: JSONValue {
        var members = [
            JSONMember("code", .string(code.rawValue)),
            JSONMember("concern", .string(concern.rawValue)),
            JSONMember("count", .integer(Int64(count))),
            JSONMember("message", .string(code.message)),
        ]
        if let file { members.append(JSONMember("file", .string(file))) }
        if let index {
            members.append(JSONMember("index", .integer(Int64(clamping: index.value))))
        }
        if let lastIndex {
            members.append(JSONMember("last_index", .integer(Int64(clamping: lastIndex.value))))
        }
        if let offset { members.append(JSONMember("offset", .integer(Int64(offset)))) }
        if let detail { members.append(JSONMember("detail", .string(detail))) }
        return .object(members)
    }
}
