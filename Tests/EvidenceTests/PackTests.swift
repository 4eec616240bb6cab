// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Evidence
import Ledger
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `An evidence pack` {
    @Test(arguments: [0, 1, 5, 300])
    func `of everything proves that nothing is missing`(count: Int) throws {
        let log = try LedgerLog(count)
        let pack = try Packs.pack(log, try Packs.order(groups: [.what]))
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        let size = count + 3
        #expect(
            report.firstLine.hasPrefix(
                "verified: all \(size) records from index 0 to \(size - 1) of"))
        #expect(
            report.limitCodes
                == (count > 0
                    ? ["withheld", "no_witness", "not_continued", "policy_text"]
                    : ["no_witness", "not_continued"]))
        #expect(report.lines[0].hasPrefix("key \(log.key.signer)  sha256:"))
        #expect(report.lines[1] == report.firstLine)
    }

    @Test func `of what matches says that no more is proven`() throws {
        let log = try LedgerLog(40)
        let order = try Packs.order("path:/v1/invoices/1*", groups: [.what])
        let pack = try Packs.pack(log, order)
        #expect(pack.files.contains("proofs/shared.txt"))
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.findings == [])
        #expect(report.limitCodes.contains("filtered"))
        #expect(report.firstLine.hasPrefix("verified: 11 records between index 0 and 43 of"))
        let lines = String(decoding: try pack.read("records.ndjson"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 12)
        #expect(lines.last == "{\"end\":true,\"lines\":11}")
    }

    @Test func `of a full range holds what does not match, with its values withheld`() throws {
        let log = try LedgerLog(10)
        let order = try Packs.order(
            "path:/v1/invoices/3", range: 1..<11, isFullRange: true, groups: [.what, .where])
        let pack = try Packs.pack(log, order)
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        #expect(!report.limitCodes.contains("filtered"))
        let disclosed = String(decoding: try pack.read("disclosures.ndjson"), as: UTF8.self)
            .split(separator: "\n")
        #expect(disclosed.count == 3)
        #expect(disclosed[0].contains("/v1/invoices/3"))
        #expect(
            String(decoding: try pack.read("records.csv"), as: UTF8.self).split(separator: "\r\n")
                .count == 2)
    }

    @Test func `of an empty range says so, proven`() throws {
        let log = try LedgerLog(6)
        let pack = try Packs.pack(log, try Packs.order(range: 4..<4))
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.verdict == .verified)
        #expect(report.firstLine.hasPrefix("verified: 0 records from index 4 to 4 of"))
        #expect(report.firstLine.contains("proven"))
        let none = try Packs.pack(log, try Packs.order("service:nobody"))
        #expect(try Packs.check(none.path, [log.key]).verdict == .verified)
        let all = try Packs.pack(log, try Packs.order("service:nobody", isFullRange: true))
        #expect(try Packs.check(all.path, [log.key]).verdict == .verified)
    }

    @Test func `is the same archive for the same order of the same size, however the log grows`()
        throws
    {
        let log = try LedgerLog(9)
        let order = try Packs.order("decision:allow", groups: [.what])
        let one = try Packs.archive(try Packs.pack(log, order))
        let size = try LogSnapshot(directory: log.directory.path).size.count
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(5, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        let again = try TestDirectory()
        try Packs.write(
            order, try Packs.source(grown, [log.fixture.signer], size: size), to: again)
        #expect(try Packs.archive(again) == one)
        // Another requester changes three files, and the digest of the content not.
        let other = try TestDirectory()
        let summary = try Packs.write(
            try Packs.order("decision:allow", groups: [.what], by: "somebody else"),
            try Packs.source(grown, [log.fixture.signer], size: size), to: other)
        let differing = try other.files.filter { try other.read($0) != again.read($0) }
        #expect(differing == ["README.txt", "manifest.json", "manifest.sig"])
        let manifest = try JSONParser.parse(
            try again.read("manifest.json"), as: .canonical, deepest: 16)
        #expect(manifest["content"]?.string == summary.content)
    }

    @Test func `of a size that was never published is made again from its own checkpoint`()
        throws
    {
        var fixture = try LedgerFixture()
        fixture.options.publishEvery = .seconds(3600)
        let storage = MemoryStorage()
        let ledger = try fixture.openWithoutThreads(storage)
        try LedgerLog.append(6, to: ledger, fixture)
        let before = try TestDirectory(storage)
        let order = try Packs.order("decision:allow", groups: [.what])
        let source = try Packs.source(before, [fixture.signer])
        #expect(try !source.snapshot.keeps(source.checkpoint))
        let one = try TestDirectory()
        try Packs.write(order, source, to: one)
        try LedgerLog.append(5, to: ledger, fixture)
        #expect(ledger.close() == nil)

        // The commit journal is written anew, as in a copy.
        let grown = try TestDirectory(storage)
        try grown.forgetCommitJournal()
        let snapshot = try LogSnapshot(directory: grown.path)
        let newest = try #require(snapshot.newest)
        #expect(try snapshot.keeps(newest))
        let size = source.checkpoint.claim.size
        #expect(size < newest.claim.size)
        #expect(try EvidenceSource.checkpoint(of: snapshot, size: size.count) == nil)
        let kept = try UnverifiedCheckpoint(try one.read("checkpoint"))
        _ = try EvidenceSource.continuing(kept, to: newest, of: snapshot)
        var again = try Packs.source(grown, [fixture.signer])
        again.checkpoint = kept
        let two = try TestDirectory()
        try Packs.write(order, again, to: two)
        #expect(try Packs.archive(two) == Packs.archive(one))
        // The other way round, that log does not continue this one.
        #expect(throws: EvidenceFailure.self) {
            try EvidenceSource.continuing(newest, to: kept, of: snapshot)
        }
    }

    @Test func `names a command that a shell takes as it stands, whatever was written into it`()
        throws
    {
        func command(_ purpose: String, size: UInt64?, isContinued: Bool = false) throws -> String {
            EvidenceOrder.command(
                form: "pack", try Packs.order("status:5xx").query, .record, size: size,
                isContinued: isContinued, offset: nil, first: nil, last: nil, isFullRange: false,
                disclosed: nil, purpose: purpose)
        }
        #expect(
            try command("Ann's review, 7\u{20AC}", size: 7)
                == "countersign log export --format pack -q 'status:500..599' --size 7 --purpose 'Ann'\\''s review, 7\u{20AC}' --out NEW"
        )
        let hostile = try command("a\u{1B}[2J'b\\c\n7\u{202E}", size: nil, isContinued: true)
        #expect(
            hostile
                == "countersign log export --format pack -q 'status:500..599' --checkpoint checkpoint --remembered consistency.txt --purpose $'a\\033[2J\\'b\\\\c\\0127\\342\\200\\256' --out NEW"
        )
    }

    @Test func `as an archive is judged like the folder`() throws {
        let log = try LedgerLog(20)
        let pack = try Packs.pack(log, try Packs.order("decision:allow", groups: [.what]))
        let report = try Packs.check(archive: try Packs.archive(pack), [log.key])
        #expect(report.findings == [])
        #expect(report.firstLine == (try Packs.check(pack.path, [log.key])).firstLine)
    }

    @Test func `without a key names the keys that it holds, and is not covered`() throws {
        let log = try LedgerLog(3)
        let pack = try Packs.pack(log, try Packs.order())
        let report = try Packs.check(pack.path, [])
        #expect(report.verdict == .notCovered)
        #expect(report.kinds == [.notCovered])
        #expect(report.lines.contains { $0.contains("the pack names \(log.key.signer)") })
    }

    @Test func `proves that the log continues what its receiver saw`() throws {
        let log = try LedgerLog(5)
        let seen = try #require(try LogSnapshot(directory: log.directory.path).newest)
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(5, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        let pack = try TestDirectory()
        try Packs.write(
            try Packs.order(), try Packs.source(grown, [log.fixture.signer], remembered: seen),
            to: pack)
        let report = try Packs.check(pack.path, [log.key], remembered: seen)
        #expect(report.findings == [])
        #expect(!report.limitCodes.contains("not_continued"))
        #expect(try Packs.check(pack.path, [log.key]).limitCodes.contains("not_continued"))
        // Another log under the same key and name.
        let forked = try LedgerLog(3)
        let other = try #require(try LogSnapshot(directory: forked.directory.path).newest)
        let split = try Packs.check(pack.path, [log.key], remembered: other)
        #expect(split.verdict == .notCovered)
        let without = try Packs.pack(log, try Packs.order())
        try without.remove("README.txt")
        #expect(try Packs.check(without.path, [log.key]).verdict == .absent)
    }

    @Test func `holds the text of the rules that decided, if it is known`() throws {
        let rules = Array("[]".utf8)
        let version = "sha256:" + Hex.encode(SHA256.hash(data: rules))
        var log = try BuiltLog()
        let boot = BuiltLog.id(1)
        log.start(boot)
        log.stop(boot, 2)
        let leaf = String(
            decoding: Array(try #require(Self.leaf(version: version, log))), as: UTF8.self)
        log.append(leaf: Array(leaf.utf8))
        let directory = try log.directory()
        let (known, unknown) = (try TestDirectory(), try TestDirectory())
        try Packs.write(
            try Packs.order(),
            try Packs.source(directory, log.signers, policies: [version: rules]), to: known)
        try Packs.write(
            try Packs.order(),
            try Packs.source(directory, log.signers, policies: [version: Array("[1]".utf8)]),
            to: unknown)
        // The log keeps the text itself, unless somebody changed it; a copy of the log has it, too.
        let name = "rules/" + version.dropFirst("sha256:".count)
        try directory.write(rules, to: name)
        let kept = try TestDirectory()
        let summary = try Packs.write(
            try Packs.order(), try Packs.source(directory, log.signers), to: kept)
        #expect(summary.unheldPolicies == 0)
        var copied: [String: [UInt8]] = [:]
        try LogSnapshot(directory: directory.path).forEachPart { name, bytes in
            copied[name, default: []] += bytes
        }
        #expect(copied[name] == rules)
        try directory.write(Array("[2]".utf8), to: name)
        let changed = try TestDirectory()
        let without = try Packs.write(
            try Packs.order(), try Packs.source(directory, log.signers), to: changed)
        #expect(without.unheldPolicies == 1)
        let keys = [log.signer.verifierKey]
        #expect(!(try Packs.check(kept.path, keys).limitCodes.contains("policy_text")))
        #expect(try Packs.check(changed.path, keys).limitCodes.contains("policy_text"))
        #expect(!(try Packs.check(known.path, keys).limitCodes.contains("policy_text")))
        #expect(try Packs.check(known.path, keys).findings == [])
        #expect(try Packs.check(unknown.path, keys).limitCodes.contains("policy_text"))
    }

    /// The next leaf of a log: a small record that these rules decided.
    private static func leaf(version: String, _ log: BuiltLog) -> [UInt8]? {
        var value: JSONValue? = nil
        let text = """
            {"decision":{"effect":"allow","policy_version":"\(version)"},"producer":{"boot":"\
            \(BuiltLog.id(2).text)","uid":"proxy-a"},"schema":"countersign.record/1","written":{"index":\(log.size),\
            "origin":"log.example","prev":"\(log.newestHash.base64)","seq":1}}
            """
        do { value = try JSONParser.parse(Array(text.utf8), as: .canonical, deepest: 6) } catch {}
        return value.map { CanonicalJSON.encode($0) }
    }
}

extension BuiltLog {
    /// The files of the log, signed.
    mutating func directory() throws -> TestDirectory {
        let directory = try TestDirectory()
        for (name, bytes) in try signedFiles() { try directory.write(bytes, to: name) }
        return directory
    }
}
