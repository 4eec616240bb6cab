// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing

@testable import Verification

/// What a later version, or somebody else, has written is not what a forger has.
@Suite struct `Records of a later version` {
    /// A log whose record 2 uses other words, chained, signed and counted as its writer would.
    private func log(
        replacing words: [(String, String)], allowed: UInt64
    ) throws -> (BuiltLog, Int) {
        let boot = BuiltLog.id(1)
        var log = try BuiltLog()
        log.start(boot)
        log.access(boot, 2)
        let draft = BuiltLog.accessDraft(boot, uid: BuiltLog.id(77), stage: .complete)
        var leaf: [UInt8] = []
        draft.complete(
            index: LeafIndex(2), encodedOrigin: Array("\"log.example\"".utf8),
            previous: log.newestHash, time: UTCInstant(microseconds: log.clock + 1000), sequence: 3,
            into: &leaf)
        var text = String(decoding: leaf, as: UTF8.self)
        var count = 0
        for (old, new) in words where text.contains(old) {
            text = text.replacingFirst(old, with: new)
            count += 1
        }
        log.append(leaf: Array(text.utf8))
        log.heartbeat(boot, 4, through: 3, allowed: allowed)
        log.stop(boot, 5)
        return (log, count)
    }

    @Test(
        arguments: [
            ("\"stage\":\"complete\"", "\"stage\":\"progress\""),
            ("\"category\":\"access\"", "\"category\":\"session\""),
            ("\"effect\":\"allow\"", "\"effect\":\"approve\""),
            ("\"outcome\":\"success\"", "\"outcome\":\"partial\""),
            ("\"type\":\"anonymous\"", "\"type\":\"robot\""),
            ("\"method\":\"none\"", "\"method\":\"magic\""),
            ("\"action\":\"http.request\"", "\"action\":\"k8s.exec\""),
        ], [1, 2] as [UInt64])
    func `may use words that this one does not know`(
        words: (String, String), allowed: UInt64
    ) async throws {
        var (log, replaced) = try log(replacing: [words], allowed: allowed)
        #expect(replaced == 1)
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        // Words that say how a record counts leave both counts possible; others do not.
        let decides = ["stage", "category", "effect"].contains { words.0.contains($0) }
        #expect(report.codes == (decides || allowed == 2 ? [] : [.counterMismatch]))
    }

    @Test func `are read whole by the scanner, and not taken for known ones`() throws {
        var (log, _) = try log(
            replacing: [
                ("\"stage\":\"complete\"", "\"stage\":\"s\""),
                ("\"category\":\"access\"", "\"category\":\"scopes\""),
                ("\"effect\":\"allow\"", "\"effect\":\"abort\""),
            ], allowed: 1)
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        let leaf = try snapshot.leaf(at: LeafIndex(2))
        var scanner = LeafScanner()
        let isVouched = scanner.scan(leaf.span)
        #expect(isVouched)
        #expect(scanner.facts.stage == nil)
        #expect(scanner.facts.isAccess == nil)
        #expect(scanner.facts.effect == nil)
        #expect(scanner.facts.tally == .unjudged)
    }

    @Test func `of another schema leave the verdict open, unless the tree says otherwise`()
        async throws
    {
        var (log, replaced) = try log(
            replacing: [("countersign.record/1", "countersign.record/2")], allowed: 1)
        #expect(replaced == 1)
        let directory = try log.directory()
        let report = try await verify(directory, [log.signer.verifierKey])
        #expect(report.codes.contains(.laterSchema))
        #expect(report.codes.isDisjoint(with: [.notARecord]))
        #expect(report.verdict == .undecided || report.verdict == .completenessFailure)
        try directory.tamper("segments/00000000/entries") { file in
            file[file.count - 10] ^= 1
        }
        #expect(
            try await verify(directory, [log.signer.verifierKey]).verdict == .integrityFailure)
    }
}

@Suite struct `A log of a later version` {
    /// What a leaf of another schema may be, for all that this version knows.
    static let leaves = [
        #"{"a":1.5,"b":null,"schema":"countersign.record/2"}"#,
        #"{ "schema": "countersign.record/2", "log": {"index": 77} }"#,
        #"{"n":[[[[[[[[1]]]]]]]],"schema":"countersign.record/12"}"#,
        #"{"commit":{"who":"AAAA"},"schema":"countersign.record/2","written":{"index":3}}"#,
    ]

    /// Records of this version around others.
    private func log() throws -> BuiltLog {
        let boot = BuiltLog.id(1)
        var log = try BuiltLog()
        log.start(boot)
        log.access(boot, 2)
        for leaf in Self.leaves { log.append(leaf: Array(leaf.utf8)) }
        log.access(boot, 7)
        log.heartbeat(boot, 8, through: 7, allowed: 6)
        log.stop(boot, 9)
        return log
    }

    @Test func `is not called changed, and neither is anything in it called missing`()
        async throws
    {
        var log = try log()
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.laterSchema])
        #expect(report.verdict == .undecided)
        #expect(report.verdict.exitCode == 13)
        #expect(report.findings.first?.count == Self.leaves.count)
        #expect(
            report.tree(now: UTCInstant(microseconds: log.clock)).contains(
                "Completeness not decided: 4 of 9 records are of another schema"))
        let json = String(decoding: report.json, as: UTF8.self)
        #expect(json.contains(#""completeness":"undecided""#))
        #expect(json.contains(#""integrity":"ok""#))
        let text = report.findings.compactMap(\.detail).joined()
        #expect(text.contains("countersign.record/2; this program knows countersign.record/1"))
    }

    @Test func `is not called changed where no record of it is known`() async throws {
        var log = try BuiltLog()
        for leaf in Self.leaves { log.append(leaf: Array(leaf.utf8)) }
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.laterSchema])
        #expect(report.verdict == .undecided)
    }

    @Test func `is called changed wherever a byte of it is`() async throws {
        var log = try log()
        let directory = try log.directory()
        let path = "segments/00000000/entries"
        let snapshot = try LogSnapshot(directory: directory.path)
        var at = 0
        for index in 0..<snapshot.size.count {
            let length = try snapshot.leaf(at: LeafIndex(index)).count
            for offset in [2, 2 + length / 2, 1 + length] {
                let place = at + offset
                try directory.tamper(path) { $0[place] ^= 1 }
                let report = try await verify(directory, [log.signer.verifierKey])
                #expect(report.verdict == .integrityFailure, "leaf \(index), byte \(offset)")
                try directory.tamper(path) { $0[place] ^= 1 }
            }
            at += 2 + length
        }
        #expect(try await verify(directory, [log.signer.verifierKey]).verdict == .undecided)
    }

    @Test func `is called changed where a record after one of its own does not follow it`()
        async throws
    {
        let boot = BuiltLog.id(1)
        var log = try BuiltLog()
        log.start(boot)
        var other = log
        log.append(leaf: Array(Self.leaves[0].utf8))
        other.append(leaf: Array(Self.leaves[1].utf8))
        // Signed by whoever has the key, and still no chain.
        var follower: [UInt8] = []
        BuiltLog.accessDraft(boot, uid: BuiltLog.id(77), stage: .complete).complete(
            index: LeafIndex(2), encodedOrigin: Array("\"log.example\"".utf8),
            previous: other.newestHash, time: UTCInstant(microseconds: log.clock + 1000),
            sequence: 3, into: &follower)
        log.append(leaf: follower)
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.laterSchema, .brokenChain])
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `has gaps all the same where all of its records say their numbers`() async throws {
        let boot = BuiltLog.id(1)
        var log = try BuiltLog()
        log.start(boot)
        var leaf: [UInt8] = []
        BuiltLog.accessDraft(boot, uid: BuiltLog.id(77), stage: .complete).complete(
            index: LeafIndex(1), encodedOrigin: Array("\"log.example\"".utf8),
            previous: log.newestHash, time: UTCInstant(microseconds: log.clock + 1000),
            sequence: 2, into: &leaf)
        log.append(
            leaf: Array(
                String(decoding: leaf, as: UTF8.self)
                    .replacingFirst("countersign.record/1", with: "countersign.record/2").utf8))
        log.access(boot, 9)
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.laterSchema, .sequenceGap])
        #expect(report.verdict == .completenessFailure)
    }

    @Test(arguments: ["countersign.record/", "countersign.record/x", "countersign.record/1 "])
    func `is not what only looks like one`(schema: String) async throws {
        var log = try BuiltLog()
        log.start(BuiltLog.id(1))
        log.append(leaf: Array("{\"schema\":\"\(schema)\"}".utf8))
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes.contains(.notARecord))
        #expect(report.verdict == .integrityFailure)
    }

    @Test(arguments: Self.leaves) func `is proven leaf by leaf`(leaf: String) throws {
        var log = try log()
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        let place = try #require(Self.leaves.firstIndex(of: leaf)) + 2
        let check = RecordCheck(
            policy: TrustPolicy(logKeys: [log.signer.verifierKey]), requiredWitnesses: 0)
        let report = check.check(
            try snapshot.proof(of: LeafIndex(UInt64(place))), leaf: Array(leaf.utf8))
        #expect(report.findings.map(\.code) == [.laterSchema])
        #expect(report.verdict == .undecided)
        #expect(report.isProven)
    }
}

@Suite struct `A sound log of somebody else's leaves` {
    private func log() throws -> BuiltLog {
        var log = try BuiltLog()
        for number in 0..<5 { log.append(leaf: Array("entry \(number)".utf8)) }
        log.append(leaf: Array(#"{"schema":"other/1"}"#.utf8))
        return log
    }

    @Test func `is not called changed: its content is left open`() async throws {
        var log = try log()
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes == [.foreignLeaves])
        #expect(report.verdict == .undecided)
        #expect(report.verdict.exitCode == 13)
        #expect(report.findings.first?.count == 6)
    }

    @Test func `is called changed once a byte differs`() async throws {
        var log = try log()
        let directory = try log.directory()
        try directory.tamper("segments/00000000/entries") { $0[4] ^= 1 }
        let report = try await verify(directory, [log.signer.verifierKey])
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `beside one record of ours is no excuse`() async throws {
        var log = try BuiltLog()
        log.start(BuiltLog.id(1))
        log.append(leaf: Array("entry".utf8))
        let report = try await verify(log.directory(), [log.signer.verifierKey])
        #expect(report.codes.contains(.notARecord))
        #expect(report.verdict == .integrityFailure)
    }

    @Test func `is proven leaf by leaf, and no more is claimed of it`() throws {
        var log = try log()
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        let proof = try snapshot.proof(of: LeafIndex(3))
        let check = RecordCheck(
            policy: TrustPolicy(logKeys: [log.signer.verifierKey]), requiredWitnesses: 0)
        let report = check.check(proof, leaf: Array("entry 3".utf8))
        #expect(report.findings.map(\.code) == [.foreignLeaves])
        #expect(report.isProven)
        let forged = check.check(proof, leaf: Array("entry 4".utf8))
        #expect(forged.verdict == .integrityFailure)
        #expect(!forged.isProven)
        #expect(forged.lines.filter { $0.hasPrefix("(not proven) ") }.count == forged.facts.count)
        let json = String(decoding: forged.json, as: UTF8.self)
        #expect(json.contains("\"unproven_facts\":{"))
        #expect(!json.contains("\"facts\":{"))
        #expect(json.contains("\"index\":3"))
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        guard let place = firstRange(of: old) else { return self }
        return self[..<place.lowerBound] + new + self[place.upperBound...]
    }

    private func firstRange(of text: String) -> Range<Index>? {
        for start in indices where self[start...].hasPrefix(text) {
            return start..<index(start, offsetBy: text.count)
        }
        return nil
    }
}
