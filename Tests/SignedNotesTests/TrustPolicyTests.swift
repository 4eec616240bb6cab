// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import SignedNotes
import Testing

struct TrustPolicyTests {
    private let log: NoteSigner
    private let witnesses: [CosignatureSigner]

    init() throws {
        log = try TestKeys.signer("log.example/one", 1)
        witnesses = try (0..<6).map { try TestKeys.cosigner("w\($0).example", UInt8(10 + $0)) }
    }

    private func key(_ number: Int) -> String { witnesses[number].verifierKey.text }

    private func faults(_ text: String) -> [TrustPolicyFault] {
        faults(Array(text.utf8))
    }

    private func faults(_ text: [UInt8]) -> [TrustPolicyFault] {
        do throws(TrustPolicyFaults) {
            _ = try TrustPolicy(text)
            return []
        } catch {
            return error.faults
        }
    }

    /// The example of the specification, with real keys, comments, tabs and addresses.
    private var example: String {
        """
        # Two organisations
        log \(log.verifierKey.text) https://log.example/one

        \twitness X1\t\(key(0))   https://w0.example/
        witness X2 \(key(1))
        witness X3 \(key(2))
          # threshold
        group X-witnesses 2 X1 X2 X3
        witness Y1 \(key(3))
        witness Y2 \(key(4))
        witness Ü3 \(key(5))
        group Y-witnesses any Y1 Y2 Ü3
        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """
    }

    @Test func `the quorum of the specification's example is met by the right sets only`() throws {
        let policy = try TrustPolicy(Array(example.utf8))
        #expect(policy.logs.map(\.url) == ["https://log.example/one"])
        #expect(policy.witnesses.count == 6)
        #expect(policy.witnesses[0].url == "https://w0.example/")
        let tree = Checkpoint(origin: LogOrigin(log.name), size: .empty, root: .empty)
        let time = try #require(CosignatureTime(seconds: 1))
        for set in 0..<64 {
            var note = try tree.signed(by: [log])
            let chosen = (0..<6).filter { set >> $0 & 1 == 1 }
            note.add(try chosen.map { try witnesses[$0].cosign(note.text, at: time) })
            let verdict = try UnverifiedCheckpoint(note.encode()).verify(with: policy)
            let enough = chosen.count { $0 < 3 } >= 2 && chosen.contains { $0 >= 3 }
            if case .verified(let checkpoint) = verdict {
                #expect(enough)
                #expect(checkpoint.cosignatures.count == chosen.count)
            } else {
                #expect(!enough)
                #expect(verdict == .refused(.quorumNotMet))
            }
        }
    }

    @Test func `a cosignature over another checkpoint refuses it whatever the quorum`() throws {
        let policy = try TrustPolicy(Array(example.utf8))
        let tree = Checkpoint(origin: LogOrigin(log.name), size: .empty, root: .empty)
        var note = try tree.signed(by: [log])
        let time = try #require(CosignatureTime(seconds: 1))
        note.add([try witnesses[0].cosign(Array("other\n".utf8), at: time)])
        #expect(
            try UnverifiedCheckpoint(note.encode()).verify(with: policy)
                == .refused(.invalidSignature(witnesses[0].verifierKey.signer)))
    }

    @Test func `policies with every allowed form are read`() throws {
        let forms = [
            "quorum none\n", "\n \t\n# only\n\tquorum\tnone\t\n",
            "witness a \(key(0))\nquorum a\n",
            "witness a \(key(0))\ngroup g 1 a\nquorum g\n",
            "witness a \(key(0))\ngroup g all a\ngroup h any g\nquorum h\n",
            "quorum none\nwitness a \(key(0))\n",
        ]
        for text in forms { #expect(faults(text).isEmpty, "\(text)") }
        // A witness whose key type is not known here may be named, and its word never counts.
        let unknown = "w+01020304+" + Base64.encode([0x06] + [UInt8](repeating: 1, count: 1312))
        #expect(faults("witness a \(unknown)\nquorum a\n").isEmpty)
    }

    @Test func `every fault is reported with its line`() {
        let logKey = log.verifierKey.text
        let cases: [(String, [(Int, TrustPolicyFault.Kind)])] = [
            ("", [(1, .noQuorum)]),
            ("# nothing\n", [(1, .noQuorum)]),
            ("quorum none", [(1, .unfinishedLine)]),
            ("quorum none\r\n", [(1, .forbiddenByte), (1, .noQuorum)]),
            ("# \u{7F}\nquorum none\n", [(1, .forbiddenByte)]),
            ("Log x\nquorum none\n", [(1, .unknownKeyword)]),
            ("quorum\n", [(1, .tooFewItems)]),
            ("quorum none none\n", [(1, .tooManyItems)]),
            ("quorum none\nquorum none\n", [(2, .secondQuorum)]),
            ("quorum a\n", [(1, .undefinedName)]),
            ("quorum a\nwitness a \(key(0))\n", [(1, .undefinedName)]),
            ("log\nquorum none\n", [(1, .tooFewItems)]),
            ("log \(logKey) u v\nquorum none\n", [(1, .tooManyItems)]),
            ("log \(logKey)\nlog \(logKey)\nquorum none\n", [(2, .duplicateKey)]),
            ("log a+b+c\nquorum none\n", [(1, .badKey(.badKeyID))]),
            ("witness a\nquorum none\n", [(1, .tooFewItems)]),
            ("witness a \(logKey)\nquorum none\n", [(1, .notAWitnessKey)]),
            ("witness none \(key(0))\nquorum none\n", [(1, .reservedName)]),
            ("witness a \(key(0))\nwitness b \(key(0))\nquorum none\n", [(2, .duplicateKey)]),
            ("witness a \(key(0))\nwitness a \(key(1))\nquorum none\n", [(2, .duplicateName)]),
            ("witness a \(key(0))\ngroup g any\nquorum none\n", [(2, .tooFewItems)]),
            ("witness a \(key(0))\ngroup g 0 a\nquorum none\n", [(2, .badThreshold)]),
            ("witness a \(key(0))\ngroup g 2 a\nquorum none\n", [(2, .badThreshold)]),
            ("witness a \(key(0))\ngroup g 01 a\nquorum none\n", [(2, .badThreshold)]),
            ("witness a \(key(0))\ngroup g most a\nquorum none\n", [(2, .badThreshold)]),
            ("witness a \(key(0))\ngroup g any a a\nquorum none\n", [(2, .alreadyAMember)]),
            (
                "witness a \(key(0))\ngroup g any a\ngroup h any a\nquorum none\n",
                [(3, .alreadyAMember)]
            ),
            ("group g any none\nquorum none\n", [(1, .undefinedName)]),
            ("group g any g\nquorum g\n", [(1, .undefinedName), (2, .undefinedName)]),
            ("witness a \(key(0))\ngroup a any a\nquorum a\n", [(2, .duplicateName)]),
            ("foo\nbar\n", [(1, .unknownKeyword), (2, .unknownKeyword), (2, .noQuorum)]),
        ]
        for (text, expected) in cases {
            let found = faults(text)
            #expect(
                found == expected.map { TrustPolicyFault(line: $0.0, kind: $0.1) }, "\(text)")
        }
    }

    @Test func `names are bytes, and bytes that are no UTF-8 may be names`() {
        // K and the Kelvin sign are the same letter for Swift and different names here.
        let kelvin =
            "witness K \(key(0))\nwitness \u{212A} \(key(1))\ngroup g all K \u{212A}\nquorum g\n"
        #expect(faults(kelvin).isEmpty)
        let raw = Array("witness ".utf8) + [0xFF, 0xFE] + Array(" \(key(0))\nquorum ".utf8)
        #expect(faults(raw + [0xFF, 0xFE, 0x0A]).isEmpty)
        #expect(faults(raw + [0xFF, 0xFD, 0x0A]).map(\.kind) == [.undefinedName])
    }
}
