// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Foundation
import LogFormat
import Testing

/// The page on records against the logs that programs wrote, and against the record that all sides agree on.
@Suite("Docs/Formats/record.md: every member and word of records that are kept")
struct KeptRecordsTests {
    private static let tests = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What was written by one version for good; what `later` holds is documented by no version yet.
    private func records() throws -> [JSONValue] {
        let entries = [UInt8](
            try Data(
                contentsOf: Self.tests.appending(
                    path: "Fixtures/v1/site/log/segments/00000000/entries")))
        let (leaves, fault) = EntryFraming.scan(entries.span)
        #expect(fault == nil)
        let golden = [UInt8](
            try Data(
                contentsOf: Self.tests.appending(path: "AuditRecordsTests/Resources/record.json")))
        let vector = try JSONParser.parse(golden, as: .strict, deepest: 8)
        let leaf = try #require(vector["leaf"]?.string)
        return try (leaves.map { Array(entries[$0]) } + [Array(leaf.utf8)])
            .map { try Record(leaf: $0).value }
    }

    @Test("Every member has its row, and those of objects in lists are named")
    func members() throws {
        let page = try RecordMembersTests.page("Formats/record.md")
        let documented = try RecordMembersTests.documented()
        let records = try records()
        #expect(records.count > 50)
        for record in records {
            let missing = RecordMembersTests.paths(record).subtracting(documented)
            #expect(missing.isEmpty, "\(missing.sorted())")
            for name in namesInLists(of: record) where !page.contains("`\(name)`") {
                Issue.record("`\(name)` of an object in a list is not documented")
            }
        }
    }

    private func namesInLists(of value: JSONValue) -> Set<String> {
        if let members = value.members {
            return members.reduce(into: []) { $0.formUnion(namesInLists(of: $1.value)) }
        }
        return (value.array ?? []).reduce(into: []) { names, item in
            names.formUnion((item.members ?? []).map(\.name))
        }
    }

    /// Members whose values are words of this project, not of requests, operators or other standards.
    private static let vocabularies: [[String]] = [
        ["schema"], ["stage"], ["event", "category"], ["event", "action"], ["event", "outcome"],
        ["event", "reason"], ["actor", "type"], ["actor", "auth", "method"],
        ["actor", "auth", "bound"], ["actor", "claimed", "method"], ["decision", "effect"],
        ["decision", "reason"], ["decision", "reading"], ["http", "scheme"], ["http", "version"],
        ["limit", "bucket"], ["change", "object"], ["gap", "reason"], ["recovery", "state"],
    ]

    @Test("Every word is in the pages")
    func words() throws {
        let pages =
            try RecordMembersTests.page("Formats/record.md")
            + RecordMembersTests.page("Using/Reasons.md")
        var words: Set<String> = []
        for record in try records() {
            for path in Self.vocabularies {
                let value = path.reduce(record as JSONValue?) { $0?[$1] }
                words.formUnion(
                    value?.string?.split(separator: "+").map(String.init) ?? [])
            }
        }
        #expect(words.count > 50)
        for word in words where !pages.contains("`\(word)`") {
            Issue.record("`\(word)` is not documented")
        }
    }
}
