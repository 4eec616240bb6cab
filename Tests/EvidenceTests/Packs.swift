// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Evidence
import LogReading
import Merkle
import Query
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

/// Orders of tests, and what comes of them.
enum Packs {
    static let time = UTCInstant(microseconds: 1_795_000_100_000_000)

    static func order(
        _ query: String = "", range: Range<UInt64>? = nil, isFullRange: Bool = false,
        groups: Set<CommitGroup> = [], by: String = "tests"
    ) throws -> EvidenceOrder {
        EvidenceOrder(
            query: try RecordQuery(query, at: QueryClock(now: time)), range: range,
            isFullRange: isFullRange, groups: groups,
            request: EvidenceOrder.Request(
                uid: UniqueID(at: time, random: (1, 4)), by: by, purpose: "a test", time: time),
            zone: "UTC", command: "countersign log export")
    }

    static func source(
        _ directory: TestDirectory, _ signers: [NoteSigner], size: UInt64? = nil,
        remembered: UnverifiedCheckpoint? = nil, policies: [String: [UInt8]] = [:]
    ) throws -> EvidenceSource {
        let snapshot = try LogSnapshot(directory: directory.path)
        guard let checkpoint = EvidenceSource.checkpoint(of: snapshot, size: size) else {
            throw FixtureFault.badSample
        }
        return EvidenceSource(
            snapshot: snapshot, checkpoint: checkpoint, keys: signers.map(\.verifierKey),
            signers: signers, remembered: remembered, policies: policies,
            configuration: "sha256:00")
    }

    /// Writes a pack with its values opened.
    @discardableResult static func write(
        _ order: EvidenceOrder, _ source: EvidenceSource, to directory: TestDirectory
    ) throws -> PackWriter.Summary {
        var values = ValueReader(opening: source.snapshot)
        var writer = PackWriter(order, source, to: directory.path)
        return try #require(try writer.write(&values, .uninterrupted { _ in }))
    }

    static func pack(_ log: LedgerLog, _ order: EvidenceOrder) throws -> TestDirectory {
        let directory = try TestDirectory()
        try write(order, try source(log.directory, [log.fixture.signer]), to: directory)
        return directory
    }

    static func archive(_ directory: TestDirectory) throws -> [UInt8] {
        let place = try TestDirectory()
        try PackArchive.write(
            directory.files.map { ($0, directory.path.appending($0)) },
            to: place.path.appending("pack.tar"), isPrivate: false)
        return try place.read("pack.tar")
    }

    static func check(
        _ path: FilePath, _ keys: [NoteVerifierKey], remembered: UnverifiedCheckpoint? = nil
    ) throws -> PackReport {
        try PackCheck(
            policy: keys.isEmpty ? nil : TrustPolicy(logKeys: keys), requiredWitnesses: 0,
            remembered: remembered
        ).check(try PackSource(path)) { _ in }
    }

    /// Checks an archive made of these bytes.
    static func check(archive bytes: [UInt8], _ keys: [NoteVerifierKey]) throws -> PackReport {
        let place = try TestDirectory()
        try place.write(bytes, to: "pack.tar")
        return try check(place.path.appending("pack.tar"), keys)
    }
}

extension PackReport {
    var kinds: Set<PackFinding.Kind> { Set(findings.map(\.kind)) }
    var limitCodes: Set<String> { Set(limits.map(\.code)) }
}
