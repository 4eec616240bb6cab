// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
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
        guard let checkpoint = try EvidenceSource.checkpoint(of: snapshot, size: size) else {
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

    /// Makes the manifest name the files as they are now, and signs it.
    static func reseal(_ pack: TestDirectory, signedBy signer: NoteSigner) throws {
        var value = try JSONParser.parse(
            try pack.read("manifest.json"), as: .canonical, deepest: 16)
        var members = value.members ?? []
        let files = pack.files.filter { !$0.hasPrefix("manifest.") }
        let digests = try files.map { name in
            (name, Hex.encode(SHA256.hash(data: try pack.read(name))))
        }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        for place in members.indices {
            switch members[place].name {
            case "files":
                members[place].value = .array(
                    try digests.map { name, digest in
                        .object([
                            JSONMember("bytes", .integer(Int64(try pack.read(name).count))),
                            JSONMember("name", .string(name)),
                            JSONMember("role", .string("evidence")),
                            JSONMember("sha256", .string(digest)),
                        ])
                    })
            case "content":
                let text = digests.filter { $0.0 != "README.txt" }
                    .map { "\($0.1)  \($0.0)\n" }.joined()
                members[place].value = .string(Hex.encode(SHA256.hash(data: Array(text.utf8))))
            default: break
            }
        }
        value = .object(members)
        let manifest = CanonicalJSON.encode(value)
        try pack.write(manifest, to: "manifest.json")
        let digest = Hex.encode(SHA256.hash(data: manifest))
        let text = Array("countersign.pack/1\n\(signer.name)\n\(digest)\n".utf8)
        try pack.write(
            SignedNote(text: text, signatures: [try signer.sign(text)]).encode(), to: "manifest.sig"
        )
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
