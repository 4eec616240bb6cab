// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Identity
@testable import Ledger
import LogFormat
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import Testing
import Verification

/// People read these in messages and findings: they are English, and name no type or case of ours.
@Suite struct `The words for a fault` {
    private static let json: [JSONFault.Kind] = [
        .unexpectedEnd, .unexpectedByte, .trailingBytes, .badEscape, .loneSurrogate, .invalidUTF8,
        .controlCharacter, .badNumber, .duplicateMember, .tooDeep, .tooManyValues, .notCanonical,
    ]
    private static let notes: [NoteFault.Kind] = [
        .tooLong, .controlCharacter, .notUTF8, .unfinishedLine, .noSignatures, .badSignatureLine,
        .tooManySignatures,
    ]
    private static let checkpoints: [CheckpointFault] = [
        .notUTF8, .missingLine, .badOrigin, .badSize, .badRoot, .emptyExtension, .rootOfEmptyTree,
    ]
    private static let keys: [VerifierKeyFault] = [
        .notThreeParts, .badName, .badKeyID, .badKey, .weakKey, .keyIDOfAnotherKey,
    ]
    private static let signers: [SignerKeyFault] = [
        .notAPrivateKey, .badName, .badKeyID, .badKey, .unsupportedType, .keyIDOfAnotherKey,
    ]
    private static let policies: [TrustPolicyFault.Kind] = [
        .forbiddenByte, .unfinishedLine, .unknownKeyword, .tooFewItems, .tooManyItems,
        .badKey(.badKey), .notAWitnessKey, .duplicateKey, .duplicateName, .reservedName,
        .undefinedName, .alreadyAMember, .badThreshold, .secondQuorum, .noQuorum,
    ]
    private static let proofs: [TlogProofFault] = [
        .notATlogProof, .badExtra, .badIndex, .badHash,
        .badCheckpoint(.note(NoteFault(kind: .noSignatures, offset: 4))),
        .badCheckpoint(.checkpoint(.badSize)),
    ]
    private static let blocks: [BlockFault.Kind] = [
        .torn, .badMagic, .badLength, .unknownGroup, .badSubject, .badPeriod, .empty, .wrongKey,
        .notAuthentic, .badContent,
    ]
    private static let slots: [KeySlot.Fault] = [
        .badMagic, .badChecksum, .badState, .badID, .badContent,
    ]
    private static let tokens: [TokenFault] = [
        .tooLong, .partCount(1), .partCount(4), .partCount(5), .encoding(.header),
        .json(.payload, JSONFault(kind: .tooDeep, offset: 7)), .notAnObject(.signature),
    ]
    private static let verdicts: [ProofVerdict] = [
        .holds, .vacuous, .outsideTree, .wrongLength, .rootMismatch,
    ]
    private static let storage = StorageFault(.reserve, .commits(0), .noSpace)

    private static var all: [String] {
        var texts = json.map { "\($0)" }
        texts += json.map { "\(JSONFault(kind: $0, offset: 3))" }
        texts += notes.map { "\(NoteFault(kind: $0, offset: 3))" }
        texts += checkpoints.map { "\(CheckpointReadFault.checkpoint($0))" }
        texts += keys.map { "\($0)" } + signers.map { "\($0)" } + policies.map { "\($0)" }
        texts += proofs.map { "\($0)" } + blocks.map { "\($0)" } + slots.map { "\($0)" }
        texts += slots.map { "\(KeyStoreImage<SubjectSlot>.Fault.Kind.badSlot($0))" }
        texts += tokens.map { "\($0)" } + verdicts.map { "\($0)" }
        texts += proofs.map { "\(EnvelopeFault.badProof($0))" }
        texts += ["\(EnvelopeFault.badMember("leaf"))"]
        texts += json.map { "\(EnvelopeFault.notJSON(JSONFault(kind: $0, offset: 3)))" }
        let stopped = LogPoisoned(cause: .commit(storage))
        texts += ["\(RecordFate.rejected(GroupRejected(cause: storage)))", "\(stopped)"]
        for refusal in [AppendRefusal.tooLarge, .backlog, .closed, .poisoned(stopped)] {
            texts += ["\(refusal)", "\(RecordFate.refused(refusal))"]
        }
        let file = FilePath("file")
        let faults =
            proofs.map { VerificationFault.badProof(file, $0) }
            + json.map {
                VerificationFault.badRecord(file, .notJSON(JSONFault(kind: $0, offset: 0)))
            } + checkpoints.map { VerificationFault.badCheckpoint(file, .checkpoint($0)) }
            + keys.map { VerificationFault.badKey("key", $0) }
        return texts + faults.map(\.message)
    }

    @Test func `are no names of Swift`() {
        for text in Self.all {
            #expect(
                text.firstMatch(of: /[a-z][A-Z]|[A-Za-z]\(|\(.*:.*\(.*:|Fault|Kind\b/) == nil,
                "\(text)")
            #expect(text.contains(" "), "\(text)")
        }
    }
}
