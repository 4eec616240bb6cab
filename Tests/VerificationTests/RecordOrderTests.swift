// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `Records of a log whose hashes and signatures are sound` {
    private let boot = BuiltLog.id(1)

    private func codes(_ build: (inout BuiltLog) throws -> Void) async throws -> Set<FindingCode> {
        var log = try BuiltLog()
        try build(&log)
        return try await verify(log.directory(), [log.signer.verifierKey]).codes
    }

    /// A record of the log as it stands, changed before it goes in.
    private func changed(
        _ log: BuiltLog, _ change: (inout String) -> Void
    ) throws -> [UInt8] {
        var other = log
        other.access(boot, 2)
        let directory = try other.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        var text = String(
            decoding: try snapshot.leaf(at: LeafIndex(log.size)), as: UTF8.self)
        change(&text)
        return Array(text.utf8)
    }

    @Test(
        arguments: [
            (#""index":1,"#, #""index":2,"#, FindingCode.wrongIndex),
            (#""origin":"log.example""#, #""origin":"log.exbmple""#, .wrongOrigin),
            (#""prev":""#, #""prev":"A"#, .notARecord),
            (#""uid":"proxy-a""#, #""uid":"""#, .notARecord),
            (#"{"actor""#, #"{ "actor""#, .notARecord),
            (#""schema":"countersign.record/1""#, #""schema":"countersign.rocord/1""#, .notARecord),
            (#""severity":1"#, #""severity":7"#, .notARecord),
            ("Z\"", "Y\"", .notARecord),
        ] as [(String, String, FindingCode)])
    func `that are not what they must be are named`(
        old: String, new: String, code: FindingCode
    ) async throws {
        let found = try await codes { log in
            log.start(boot)
            log.append(
                leaf: try changed(log) { text in
                    guard let range = text.firstRange(of: old) else {
                        Issue.record("no \(old) in \(text)")
                        return
                    }
                    text.replaceSubrange(range, with: new)
                })
        }
        #expect(found.contains(code), "\(new): \(found)")
    }

    @Test func `whose chain is broken are named`() async throws {
        let found = try await codes { log in
            log.start(boot)
            log.append(
                leaf: try changed(log) { text in
                    guard let range = text.firstRange(of: #""prev":""#) else { return }
                    let end = text.index(range.upperBound, offsetBy: 43)
                    text.replaceSubrange(
                        range.upperBound..<end, with: String(repeating: "A", count: 43))
                })
        }
        #expect(found == [.brokenChain])
    }

    @Test func `that go back in time are named`() async throws {
        let found = try await codes { log in
            log.start(boot)
            log.append(
                leaf: try changed(log) { text in
                    text.replace(#""time":"2026-11-18T"#, with: #""time":"2026-11-17T"#)
                })
        }
        #expect(found == [.timeWentBack])
    }

    @Test(arguments: [65_536, 65_537])
    func `are followed across the borders of segments`(count: Int) async throws {
        var log = try BuiltLog()
        log.start(boot)
        let draft = BuiltLog.accessDraft(boot, uid: BuiltLog.id(5), stage: .complete)
        for sequence in 2...count {
            log.append(draft, UInt64(sequence))
            if sequence.isMultiple(of: 20_000) { try log.sign() }
        }
        let directory = try log.directory()
        let report = try await verify(directory, [log.signer.verifierKey])
        #expect(report.findings == [])
        #expect(report.recordsRead == UInt64(count))
        // A whole segment that is gone is found, and nothing after it is lost from the report.
        guard count > 65_536 else { return }
        try directory.tamper("segments/00000000/entries") { $0[70] ^= 1 }
        let tampered = try await verify(directory, [log.signer.verifierKey])
        #expect(tampered.verdict == .integrityFailure)
        #expect(tampered.findings.contains { $0.code == .treeAuthentic })
        try directory.remove("segments/00000000/entries")
        let gone = try await verify(directory, [log.signer.verifierKey])
        #expect(gone.codes.contains(.fileMissing))
        #expect(gone.recordsRead == UInt64(count - 65_536))
    }
}
