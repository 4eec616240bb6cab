// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Evidence
import Merkle
import Messages
import Query
import Search
import SignedNotes

extension EvidenceExport {
    func tell(_ summary: PackWriter.Summary) throws {
        let claim = checkpoint.claim
        try tellTimes()
        if summary.undecided > 0 {
            try command.output.messages.line(
                NothingFound.undecided(Int(clamping: summary.undecided)))
        }
        if summary.unheldPolicies > 0 {
            try command.output.messages.line(
                "what \(summary.unheldPolicies) version(s) of the rules said is not known here; give their configurations with --rules"
            )
        }
        guard try command.output.isJSON else {
            if !summary.isSigned {
                try command.output.messages.line(
                    "nobody signed the manifest: the log's key is not here (name its configuration with -c)"
                )
            }
            return try command.output.messages.line(
                "\(summary.records) of \(claim.size.count) records, \(summary.matches) match, \(out); manifest sha256:\(summary.manifest)"
            )
        }
        try command.output.screen.json(
            .object([
                JSONMember("out", .string(out)),
                JSONMember("records", .integer(Int64(clamping: summary.records))),
                JSONMember("matches", .integer(Int64(clamping: summary.matches))),
                JSONMember("undecided", .integer(Int64(clamping: summary.undecided))),
                JSONMember("first", .integer(Int64(clamping: summary.range.lowerBound))),
                JSONMember("end", .integer(Int64(clamping: summary.range.upperBound))),
                JSONMember("size", .integer(Int64(clamping: claim.size.count))),
                JSONMember("root", .string(claim.root.hash.base64)),
                JSONMember("content", .string(summary.content)),
                JSONMember("manifest", .string(summary.manifest)),
                JSONMember("signed", .bool(summary.isSigned)),
                JSONMember("rules_unknown", .integer(Int64(summary.unheldPolicies))),
            ]))
    }

    func tell(_ list: ListWriter, _ files: Int) throws {
        try tellTimes()
        if list.undecided > 0 {
            try command.output.messages.line(NothingFound.undecided(Int(clamping: list.undecided)))
        }
        guard try command.output.isJSON else {
            return try command.output.messages.line(
                "\(list.records) records\(files > 1 ? " in \(files) files" : ""), \(out)")
        }
        try command.output.screen.json(
            .object([
                JSONMember("out", .string(out)), JSONMember("files", .integer(Int64(files))),
                JSONMember("records", .integer(Int64(clamping: list.records))),
                JSONMember("undecided", .integer(Int64(clamping: list.undecided))),
            ]))
    }
}

extension EvidenceExport {
    private func tellTimes() throws {
        if order.unit == .access, !order.query.leftOutOfAccesses.isEmpty {
            try command.output.messages.line(
                "records of the category audit are left out; `category:*` has them, too.")
        }
        guard let times = order.query.shownTimes(in: order.zone) else { return }
        try command.output.messages.line(times)
    }
}
