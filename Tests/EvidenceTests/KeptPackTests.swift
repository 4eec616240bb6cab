// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Evidence
import Foundation
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `Packs of the kept log` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/v1").standardizedFileURL

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    private static func keys(_ names: String...) throws -> [NoteVerifierKey] {
        var keys: [NoteVerifierKey] = []
        for name in names { keys += try NoteVerifierKey.list(inFile: try bytes(name)) }
        return keys
    }

    private static func source(size: UInt64?) throws -> EvidenceSource {
        let text = String(decoding: try bytes("site/log.key"), as: UTF8.self)
        let signers = try text.split(separator: "\n").map {
            try NoteSigner(privateText: $0)
        }
        let snapshot = try LogSnapshot(
            directory: FilePath(folder.appending(path: "site/log").path))
        return EvidenceSource(
            snapshot: snapshot,
            checkpoint: try #require(try EvidenceSource.checkpoint(of: snapshot, size: size)),
            keys: try keys("log.vkey"), signers: signers, remembered: nil, policies: [:],
            configuration: nil)
    }

    private static let order = Result {
        try Packs.order("is:denied", groups: [.who, .what])
    }

    @Test func `of each signed size verify, those in the midst of a change of keys, too`() throws {
        let newest = try Self.source(size: nil)
        let sizes = try newest.snapshot.checkpointFiles().all.compactMap(
            \.checkpoint?.claim.size.count)
        #expect(sizes.count > 5)
        for size in Set(sizes) {
            let pack = try TestDirectory()
            try Packs.write(try Packs.order(), try Self.source(size: size), to: pack)
            let report = try Packs.check(pack.path, try Self.keys("log.vkey", "first.vkey"))
            #expect(report.findings == [], "size \(size)")
            #expect(report.firstLine.contains("at size \(size), proven"))
            // Who knows only one of the keys is told what that one does not cover, and of no change.
            for key in ["log.vkey", "first.vkey"] {
                let partly = try Packs.check(pack.path, try Self.keys(key))
                #expect(partly.kinds.isSubset(of: [.notCovered]), "size \(size), \(key)")
            }
        }
    }

    /// A pack that the first version of the form made of the kept log.
    private static let kept = "pack.tar"

    @Test func `as the first version wrote them verify in every later one`() throws {
        let path = FilePath(Self.folder.appending(path: Self.kept).path)
        let seen = try UnverifiedCheckpoint(try Self.bytes("first.checkpoint"))
        let report = try Packs.check(path, try Self.keys("log.vkey"), remembered: seen)
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        #expect(report.limitCodes == ["filtered", "withheld", "no_witness"])
        let pack = try TestDirectory()
        try Packs.write(try Self.order.get(), try Self.source(size: nil), to: pack)
        // Evidence does not depend on the version that hands it over.
        let archive = try Self.bytes(Self.kept)
        for name in [
            "records.ndjson", "proofs/shared.txt", "disclosures.ndjson", "erasures.ndjson",
            "completeness.json", "checkpoint",
        ] {
            let bytes = try pack.read(name)
            #expect(!bytes.isEmpty)
            #expect(archive.firstRange(of: bytes) != nil, "\(name) is not as it was")
        }
    }
}
