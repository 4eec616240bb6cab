// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

/// What the log says of its keys leads a verifier from any of them to the others, and no further.
@Suite struct `A log whose key is changed` {
    private let boot = BuiltLog.id(1)
    private var log: BuiltLog
    private let new: NoteSigner
    private var sequence: UInt64 = 1

    private var old: NoteSigner { log.signer }

    init() throws {
        log = try BuiltLog()
        new = NoteSigner(
            name: log.signer.name,
            key: try Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 9, count: 32)))
        log.start(boot)
        try log.sign()
    }

    private mutating func access() {
        sequence += 1
        log.access(boot, sequence)
    }

    private mutating func record(
        _ change: SigningFacts.Change, _ key: NoteSigner, _ keys: NoteSigner...
    ) {
        sequence += 1
        let uid = BuiltLog.id(500 + sequence)
        log.append(
            .signing(
                SigningFacts(
                    change: change, key: key.verifierKey.text,
                    keys: keys.map(\.verifierKey.text)),
                uid: uid, time: UTCInstant(microseconds: log.clock), actor: .system),
            boot: boot, sequence)
    }

    /// The new key comes, both sign, the old one goes; the next checkpoint is whoever's `log.signers` says.
    private mutating func rotate() throws {
        record(.rotate, new, new, old)
        try log.sign()
        log.signers = [new, old]
        access()
        try log.sign()
        record(.retire, old, new)
        try log.sign()
        access()
        log.signers = [new]
    }

    private func codes(_ directory: TestDirectory, _ keys: NoteSigner...) async throws -> Set<
        FindingCode
    > {
        try await verify(directory, keys.map(\.verifierKey)).codes.subtracting(Self.unfinished)
    }

    /// The log ends without a heartbeat or a stop, which is another matter.
    private static let unfinished: Set<FindingCode> = []

    @Test func `verifies under the old key, the new key, or both`() async throws {
        var test = self
        try test.rotate()
        let directory = try test.log.directory()
        #expect(try await codes(directory, old) == [])
        #expect(try await codes(directory, new) == [])
        #expect(try await codes(directory, old, new) == [])
        let stranger = NoteSigner(name: old.name, key: Curve25519.Signing.PrivateKey())
        #expect(try await codes(directory, stranger) == [.notSignedByLog])
    }

    @Test func `leads over several changes, in both directions`() async throws {
        var test = self
        try test.rotate()
        let third = NoteSigner(name: old.name, key: Curve25519.Signing.PrivateKey())
        test.record(.rotate, third, third, new)
        try test.log.sign()
        test.log.signers = [third, new]
        test.record(.retire, new, third)
        try test.log.sign()
        test.log.signers = [third]
        test.access()
        let directory = try test.log.directory()
        for key in [old, new, third] { #expect(try await codes(directory, key) == []) }
    }

    @Test func `is not believed behind a key's end where that key alone has signed`() async throws {
        var test = self
        try test.rotate()
        test.log.signers = [old]
        let directory = try test.log.directory()
        #expect(try await codes(directory, old) == [.keyOutOfTerm])
        #expect(try await codes(directory, new) == [.keyOutOfTerm])
        #expect(try await codes(directory, old, new) == [.keyOutOfTerm])
        #expect(try await verify(directory, [new.verifierKey]).verified?.size.count == 4)
    }

    @Test func `has no byte of a signature that may be changed while two keys sign`() async throws {
        var test = self
        try test.rotate()
        let directory = try test.log.directory()
        let journal = try directory.read("checkpoints")
        for place in journal.indices {
            try directory.tamper("checkpoints") { $0[place] ^= 1 }
            let found = try await codes(directory, place.isMultiple(of: 2) ? old : new)
            #expect(!found.isEmpty, "byte \(place) of \(journal.count)")
            try directory.tamper("checkpoints") { $0[place] ^= 1 }
        }
        #expect(try directory.read("checkpoints") == journal)
        #expect(try await codes(directory, new) == [])
    }

    @Test func `may be cosigned by somebody unknown, as any log`() async throws {
        var test = self
        test.record(.rotate, new, new, old)
        try test.log.sign()
        let stranger = NoteSigner(name: old.name, key: Curve25519.Signing.PrivateKey())
        test.log.signers = [new, old, stranger]
        test.access()
        let directory = try test.log.directory()
        for key in [old, new] { #expect(try await codes(directory, key) == []) }
    }

    @Test func `is believed behind a key's end where the other has signed, too`() async throws {
        var test = self
        try test.rotate()
        test.log.signers = [new, old]
        #expect(try await codes(try test.log.directory(), old) == [])
    }

    @Test func `is not believed where a key has signed before the log knew of it`() async throws {
        var test = self
        test.log.signers = [new]
        test.access()
        try test.log.sign()
        test.log.signers = [old]
        try test.rotate()
        let directory = try test.log.directory()
        #expect(try await codes(directory, new) == [.keyOutOfTerm])
        #expect(try await codes(directory, old) == [.keyOutOfTerm])
    }

    @Test func `leads nobody by a record that only the key that it names has signed`() async throws
    {
        var test = self
        test.record(.rotate, new, new, old)
        test.log.signers = [new]
        test.access()
        let directory = try test.log.directory()
        #expect(try await codes(directory, old) == [.notSignedByLog])
    }

    @Test func `leads nobody by a record that was changed`() async throws {
        let stranger = NoteSigner(name: old.name, key: Curve25519.Signing.PrivateKey())
        var (honest, forged) = (self, self)
        for (isForged, key) in [(false, new), (true, stranger)] {
            var test = self
            test.record(.rotate, key, key, old)
            if isForged { forged = test } else { honest = test }
        }
        // The old key has signed the honest record; the stranger's log says that it signed theirs.
        try honest.log.sign()
        honest.access()
        forged.access()
        forged.log.signers = [stranger]
        var files = try forged.log.directory()
        #expect(try await codes(files, old) == [.notSignedByLog])
        files = try honest.log.directory()
        #expect(try await codes(files, old) == [])
    }

    @Test func `leads from what was seen before to the key that has signed an export`()
        async throws
    {
        var test = self
        var before = test.log
        test.record(.rotate, new, new, old)
        var (seen, foreign) = (test.log, test.log)
        foreign.signers = [
            NoteSigner(name: old.name, key: Curve25519.Signing.PrivateKey())
        ]
        test.log.signers = [new]
        test.access()
        let export = try TestDirectory()
        let directory = try test.log.directory()
        let tiles = try StaticLog(try LogSnapshot(directory: directory.path))
        for resource in tiles.resources {
            try export.write(try #require(try tiles.bytes(of: resource)), to: resource.path)
        }
        let earlier = try seen.directory().read("checkpoint")
        func codes(_ remembered: [UInt8]?) async throws -> Set<FindingCode> {
            try await verifyTiles(export, [old.verifierKey], remembered: remembered).codes
        }
        #expect(try await codes(nil) == [.notSignedByLog])
        #expect(try await codes(earlier) == [])
        // The same for the log itself, where a checkpoint is missing that both have signed.
        #expect(try await verify(directory, [old.verifierKey]).codes == [.notSignedByLog])
        #expect(try await verify(directory, [old.verifierKey], remembered: earlier).codes == [])
        // It covers no record that names the new key, or nobody known has signed it.
        #expect(try await codes(try before.directory().read("checkpoint")) == [.notSignedByLog])
        #expect(try await codes(try foreign.directory().read("checkpoint")) == [.notSignedByLog])
    }

    @Test func `may name keys of another kind or name, which count for nothing`() async throws {
        var test = self
        let other = NoteSigner(
            name: try #require(KeyName("log.example.other")), key: Curve25519.Signing.PrivateKey())
        test.record(.rotate, other, other, old)
        test.sequence += 1
        test.log.append(
            .signing(
                SigningFacts(change: .rotate, key: "no key at all", keys: ["log.example+00+AA=="]),
                uid: BuiltLog.id(900), time: UTCInstant(microseconds: test.log.clock),
                actor: .system),
            boot: boot, test.sequence)
        try test.rotate()
        #expect(try await codes(try test.log.directory(), old) == [])
    }
}
