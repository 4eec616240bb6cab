// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Ledger
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `A verification asked for on a command line` {
    private func request(
        _ path: FilePath, keys: [String], state: FilePath? = nil, maxAge: Duration? = nil
    ) -> VerificationRequest {
        VerificationRequest(
            path: path, leafFile: nil, keys: keys, policyFile: nil, stateFile: state,
            maxAge: maxAge,
            requiredWitnesses: 0, jobs: 2, now: UTCInstant(microseconds: 1_795_000_000_000_000))
    }

    @Test func `remembers what it saw, and notices when it is put back`() async throws {
        let log = try LedgerLog(2)
        let memory = try TestDirectory()
        let state = memory.path.appending("seen")
        let old = try log.directory.copy()
        let first = try await request(log.directory.path, keys: [log.key.text], state: state)
            .run { _ in }
        #expect(first.verdict == .verified)
        #expect(try memory.read("seen") == log.directory.read("checkpoint"))
        let ledger = try log.fixture.open(log.storage)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        #expect(
            try await request(grown.path, keys: [log.key.text], state: state).run { _ in }.verdict
                == .verified)
        #expect(try memory.read("seen") == grown.read("checkpoint"))
        let back = try await request(old.path, keys: [log.key.text], state: state).run { _ in }
        #expect(back.verdict == .rollback)
        #expect(back.verdictLine.contains("PUT BACK"))
        // What was refused is not remembered.
        #expect(try memory.read("seen") == grown.read("checkpoint"))
    }

    @Test func `leaves the ledger's own state file alone`() async throws {
        let log = try LedgerLog(2)
        let memory = try TestDirectory()
        let slots = try #require(log.storage.files[.state])
        try memory.write(slots, to: "slots")
        let outcome = try await request(
            log.directory.path, keys: [log.key.text], state: memory.path.appending("slots")
        ).run { _ in }
        #expect(outcome.verdict == .verified)
        #expect(try memory.read("slots") == slots)
    }

    @Test func `tells logs, exports, proofs and records apart`() async throws {
        let log = try LedgerLog(3)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let place = try TestDirectory()
        let tiles = try StaticLog(snapshot)
        for resource in tiles.resources {
            try place.write(
                try #require(try tiles.bytes(of: resource)), to: "export/\(resource.path)")
        }
        let proof = try snapshot.proof(of: LeafIndex(1))
        try place.write(proof.encode(), to: "record.tlog-proof")
        let envelope = RecordEnvelope(
            index: LeafIndex(1), leaf: try snapshot.leaf(at: LeafIndex(1)), disclosures: [:],
            proof: proof)
        try place.write(envelope.encode(), to: "record.json")
        try place.write(Array((log.key.text + "\n").utf8), to: "log.vkey")
        let keyFile = place.path.appending("log.vkey").string
        for path in [
            log.directory.path, place.path.appending("export"),
            place.path.appending("record.tlog-proof"), place.path.appending("record.json"),
        ] {
            for key in [keyFile, log.key.text] {
                let outcome = try await request(path, keys: [key]).run { _ in }
                #expect(outcome.verdict == .verified, "\(path)")
                let json = try JSONParser.parse(outcome.json, as: .strict, deepest: 8)
                #expect(json["verdict"]?.string == "verified")
                #expect(!outcome.lines.isEmpty)
            }
            #expect(try await request(path, keys: []).run { _ in }.verdict == .undecided)
        }
    }

    @Test func `takes all records of an access in one file, and ends in the gravest verdict`()
        async throws
    {
        let log = try LedgerLog(3)
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let place = try TestDirectory()
        var envelopes = try [1, 2].map { index in
            RecordEnvelope(
                index: LeafIndex(index), leaf: try snapshot.leaf(at: LeafIndex(index)),
                disclosures: [:], proof: try snapshot.proof(of: LeafIndex(index)))
        }
        try place.write(RecordEnvelope.encode(envelopes), to: "two.json")
        let path = place.path.appending("two.json")
        let good = try await request(path, keys: [log.key.text]).run { _ in }
        #expect(good.verdict == .verified)
        #expect(good.lines.filter { $0.hasPrefix("index: ") } == ["index: 1", "index: 2"])
        let json = try JSONParser.parse(good.json, as: .strict, deepest: 8)
        #expect(json["records"]?.array?.count == 2)
        envelopes[0].leaf[40] ^= 1
        try place.write(RecordEnvelope.encode(envelopes), to: "two.json")
        let bad = try await request(path, keys: [log.key.text]).run { _ in }
        #expect(bad.verdict == .integrityFailure)
        #expect(bad.lines.contains("(not proven) index: 1"))
        #expect(bad.lines.contains("index: 2"))
        for text in [#"{"records":[]}"#, #"{"records":{}}"#, #"{"records":[{}]}"#] {
            try place.write(Array(text.utf8), to: "two.json")
            await #expect(throws: VerificationFault.self) {
                try await request(path, keys: [log.key.text]).run { _ in }
            }
        }
    }

    @Test func `compares two checkpoint files by the hashes of a log or its export`() throws {
        let log = try LedgerLog(300)
        let place = try TestDirectory()
        let snapshot = try LogSnapshot(directory: log.directory.path)
        let tiles = try StaticLog(snapshot)
        for resource in tiles.resources {
            try place.write(
                try #require(try tiles.bytes(of: resource)), to: "export/\(resource.path)")
        }
        let reader = try snapshot.hashReader()
        var rows = reader
        let early = Checkpoint(
            origin: log.fixture.options.origin, size: TreeSize(100),
            root: try rows.root(at: TreeSize(100)))
        try place.write(try early.signed(by: [log.fixture.signer]).encode(), to: "old")
        try place.write(try log.directory.read("checkpoint"), to: "new")
        for directory in [log.directory.path, place.path.appending("export"), nil] {
            let outcome = try ConsistencyRequest(
                old: place.path.appending("old"), new: place.path.appending("new"),
                directory: directory, keys: [log.key.text], policyFile: nil
            ).run()
            #expect(outcome.verdict == (directory == nil ? .undecided : .verified))
        }
        let fork = Checkpoint(
            origin: log.fixture.options.origin, size: TreeSize(100), root: RootHash(.zero))
        try place.write(try fork.signed(by: [log.fixture.signer]).encode(), to: "old")
        for directory in [log.directory.path, place.path.appending("export")] {
            let outcome = try ConsistencyRequest(
                old: place.path.appending("old"), new: place.path.appending("new"),
                directory: directory, keys: [log.key.text], policyFile: nil
            ).run()
            #expect(outcome.verdict == .rollback)
        }
    }

    @Test func `names what is wrong with its input and what to do`() async throws {
        let place = try TestDirectory()
        try place.write(Array("nothing\n".utf8), to: "file")
        try place.write(Array("{}".utf8), to: "record.json")
        try place.write(Array("quorum a\nlog x\n".utf8), to: "policy")
        func fault(
            _ name: String, keys: [String] = [], policy: String? = nil
        ) async throws -> VerificationFault? {
            var request = request(place.path.appending(name), keys: keys)
            request.policyFile = policy.map { place.path.appending($0) }
            do throws(VerificationFault) {
                _ = try await request.run { _ in }
                return nil
            } catch {
                return error
            }
        }
        for (name, keys, policy, code) in [
            ("absent", [], nil, 1), ("file", [], nil, 2), ("record.json", [], nil, 2),
            ("file", ["a+b+c"], nil, 2), ("file", ["absent"], nil, 2), ("file", [], "policy", 2),
            ("file", [], "absent", 1), (".", [], nil, 1),
        ] as [(String, [String], String?, Int32)] {
            let found = try #require(try await fault(name, keys: keys, policy: policy))
            #expect(found.exitCode == code, "\(name)")
            #expect(found.message.hasSuffix("."))
        }
        let both = try #require(try await fault("file", policy: "policy"))
        #expect(both.message.contains(":1: "))
        #expect(both.message.contains(":2: "))
    }

    @Test func `reads ages`() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)] {
            #expect(Duration(age: text) == .seconds(seconds))
        }
        for text in ["", "h", "24", "-1h", "1.5h", "24 h", "1w", "99999999999h"] {
            #expect(Duration(age: text) == nil)
        }
    }

    @Test func `escapes what could move a cursor`() {
        #expect(
            "a\u{1B}[2Jb\u{202E}c\u{7F}\nd é€😀".displayable
                == "a\\u{1b}[2Jb\\u{202e}c\\u{7f}\\u{a}d é€😀")
    }
}

@Suite struct `Verdicts and exit codes` {
    @Test func `the gravest finding decides`() {
        let order: [(FindingCode, Int32)] = [
            (.rootMismatch, 10), (.forked, 12), (.disclosureMismatch, 15), (.sequenceGap, 11),
            (.noKey, 13), (.stale, 14), (.inFlight, 0),
        ]
        for (position, (code, exitCode)) in order.enumerated() {
            let findings = order[position...].map { Finding($0.0) }.reversed()
            #expect(VerificationVerdict(findings).exitCode == exitCode)
            #expect(VerificationVerdict([Finding(code)]).exitCode == exitCode)
        }
        #expect(VerificationVerdict([]).exitCode == 0)
    }

    @Test func `every code has a clause of its own`() {
        #expect(Set(FindingCode.allCases.map(\.message)).count == FindingCode.allCases.count)
        #expect(Set(FindingCode.allCases.map(\.rawValue)).count == FindingCode.allCases.count)
    }
}
