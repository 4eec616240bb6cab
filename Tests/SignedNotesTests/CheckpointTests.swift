// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Merkle
import SignedNotes
import Testing

struct CheckpointTests {
    static let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    static let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    static let good = [
        "log.example\n0\n\(root)\n", "log.example\n1\n\(other)\n",
        "a b + c\n18446744073709551615\n\(root)\n",
        "log\n12\n\(root)\nextension\nand another: ü\n",
    ]

    @Test(arguments: good)
    func `what is read is written back byte for byte`(text: String) throws {
        #expect(try Checkpoint(text: Array(text.utf8)).encode() == Array(text.utf8))
    }

    static let bad: [(String, CheckpointFault)] = [
        ("", .missingLine), ("log\n", .missingLine), ("log\n1\n", .missingLine),
        ("log\n1\n\(root)", .missingLine), ("\n1\n\(root)\n", .badOrigin),
        ("log\n\n\(root)\n", .badSize), ("log\n01\n\(root)\n", .badSize),
        ("log\n+1\n\(root)\n", .badSize), ("log\n-1\n\(root)\n", .badSize),
        ("log\n 1\n\(root)\n", .badSize), ("log\n1 \n\(root)\n", .badSize),
        ("log\n0x1\n\(root)\n", .badSize), ("log\n１\n\(root)\n", .badSize),
        ("log\n18446744073709551616\n\(root)\n", .badSize),
        ("log\n99999999999999999999999999\n\(root)\n", .badSize),
        ("log\n1\n\(root.dropLast())\n", .badRoot), ("log\n1\n\(root) \n", .badRoot),
        ("log\n1\n\n", .badRoot), ("log\n1\nAAAA\n", .badRoot),
        ("log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", .badRoot),
        ("log\n1\n\(root)\n\n", .emptyExtension), ("log\n1\n\(root)\nx\n\ny\n", .emptyExtension),
        ("log\n0\n\(other)\n", .rootOfEmptyTree),
    ]

    @Test(arguments: bad)
    func `other texts are refused by kind`(text: String, expected: CheckpointFault) {
        #expect(throws: expected) { try Checkpoint(text: Array(text.utf8)) }
    }

    @Test func `only origin, signature and quorum together make a checkpoint verified`() throws {
        let (log, other) = (try TestKeys.signer("log.example", 1), try TestKeys.signer("other", 2))
        let tree = Checkpoint(origin: LogOrigin(log.name), size: .empty, root: .empty)
        func verdict(
            _ checkpoint: Checkpoint, by signers: [NoteSigner], trusting keys: [NoteVerifierKey]
        ) throws -> CheckpointVerdict {
            let bytes = try checkpoint.signed(by: signers).encode()
            return try UnverifiedCheckpoint(bytes).verify(
                with: try #require(TrustPolicy(logKeys: keys)))
        }
        guard
            case .verified(let verified) = try verdict(
                tree, by: [log], trusting: [log.verifierKey])
        else {
            Issue.record("not verified")
            return
        }
        #expect(verified.checkpoint == tree)
        #expect(verified.logSignatures.map(\.signer) == [log.verifierKey.signer])
        #expect(
            try verdict(tree, by: [log], trusting: [other.verifierKey])
                == .refused(.unknownOrigin))
        #expect(
            try verdict(tree, by: [other], trusting: [log.verifierKey, other.verifierKey])
                == .refused(.notSignedByLog))
        #expect(
            try verdict(tree, by: [other], trusting: [log.verifierKey])
                == .refused(.notSignedByLog))
        // A rotated key: either of two keys of one name will do, and both may sign.
        let next = try TestKeys.signer("log.example", 3)
        for signers in [[log], [next], [log, next]] {
            guard
                case .verified = try verdict(
                    tree, by: signers, trusting: [log.verifierKey, next.verifierKey])
            else {
                Issue.record("not verified during rotation")
                continue
            }
        }
    }
}
