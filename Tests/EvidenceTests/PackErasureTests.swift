// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Evidence
import Ledger
import LogFormat
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `Erased values in a pack` {
    /// A log of four accesses whose tenant's key was destroyed.
    ///
    /// - Parameter named: the keys that a record before that says were erased.
    private static func log(
        naming named: [String]
    ) throws -> (directory: TestDirectory, fixture: LedgerFixture) {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        try LedgerLog.append(4, to: ledger, fixture)
        var record = SystemRecord.logStop(
            uid: BuiltLog.id(9), time: fixture.clock.now, cause: .shutdown)
        record.reason = nil
        record.category = .privacy
        record.action = .privacyErase
        record.details = [
            JSONMember(
                "erase",
                .object([
                    JSONMember("periods", .array([])),
                    JSONMember("subjects", .array(named.map { .string($0) })),
                ]))
        ]
        guard
            case .recorded = try ledger.appendAndWait(
                record.draft(producer: ledger.producer), tally: .uncounted)
        else { throw FixtureFault.notRecorded }
        guard ledger.close() == nil else { throw FixtureFault.notRecorded }
        let directory = try TestDirectory(storage)
        try directory.forgetCommitJournal()
        try directory.tamper("keys/subjects") { file in
            let slot = SubjectSlot(destroyed: .tenant, created: fixture.clock.now).bytes
            let position = KeyStoreImage<SubjectSlot>(file).slots[.tenant]?.position ?? 0
            file.replaceSubrange(
                position * KeySlot.byteCount..<(position + 1) * KeySlot.byteCount, with: slot)
        }
        return (directory, fixture)
    }

    private static func pack(naming named: [String]) throws -> (TestDirectory, [NoteVerifierKey]) {
        let (directory, fixture) = try log(naming: named)
        let pack = try TestDirectory()
        try Packs.write(
            try Packs.order("category:access", groups: [.what, .where]),
            try Packs.source(directory, [fixture.signer]), to: pack)
        return (pack, [fixture.signer.verifierKey])
    }

    @Test func `come with the record that explains them, though the query left it out`() throws {
        let (pack, keys) = try Self.pack(naming: [SubjectID.tenant.text])
        let report = try Packs.check(pack.path, keys)
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        let manifest = try JSONParser.parse(
            try pack.read("manifest.json"), as: .canonical, deepest: 16)
        #expect(manifest[path: "5_rows", "erased"]?.integer == 4)
        #expect(manifest[path: "5_rows", "disclosed"]?.integer == 4)
        let erasures = String(decoding: try pack.read("erasures.ndjson"), as: UTF8.self)
        #expect(erasures.split(separator: "\n").count == 2)
        #expect(erasures.contains("privacy.erase"))
        let sheet = String(decoding: try pack.read("records.csv"), as: UTF8.self)
        #expect(sheet.contains("(erased)"))
    }

    @Test func `that nothing explains are missing, and found`() throws {
        let (pack, keys) = try Self.pack(naming: ["sub_0123456789abcdef"])
        let report = try Packs.check(pack.path, keys)
        #expect(report.verdict == .absent)
        #expect(report.findings.map(\.file) == Array(repeating: "disclosures.ndjson", count: 4))
    }
}
