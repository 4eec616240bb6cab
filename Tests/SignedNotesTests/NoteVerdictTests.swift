// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import SignedNotes
import Testing

struct NoteVerdictTests {
    static let text = Array("text to sign\n".utf8)

    private func note(_ signatures: NoteSignature...) -> SignedNote {
        SignedNote(text: Self.text, signatures: signatures)
    }

    private func isValid(_ verdict: NoteVerdict, by signers: [SignerID]) -> Bool {
        if case .verified(let valid) = verdict { valid.map(\.signer) == signers } else { false }
    }

    @Test func `signatures of strangers are ignored, those of known keys count`() throws {
        let (ours, theirs) = (try TestKeys.signer("log", 1), try TestKeys.signer("else", 2))
        let both = note(try theirs.sign(Self.text), try ours.sign(Self.text))
        let known = try TestKeys.known(ours.verifierKey)
        #expect(isValid(both.verify(with: known), by: [ours.verifierKey.signer]))
        #expect(note(try theirs.sign(Self.text)).verify(with: known) == .noKnownSigner)
        #expect(both.verify(with: try TestKeys.known()) == .noKnownSigner)
    }

    @Test func `a known key's wrong signature refuses the whole note`() throws {
        let (one, two) = (try TestKeys.signer("log", 1), try TestKeys.signer("log", 2))
        let known = try TestKeys.known(one.verifierKey, two.verifierKey)
        let wrong = try two.sign(Array("other text\n".utf8))
        #expect(
            note(try one.sign(Self.text), wrong).verify(with: known)
                == .invalidSignature(two.verifierKey.signer))
        for length in [0, 1, 63, 65, 72] {
            let odd = NoteSignature(
                name: one.name, keyID: one.keyID, bytes: Array(repeating: 1, count: length))
            #expect(
                note(odd, try two.sign(Self.text)).verify(with: known)
                    == .invalidSignature(one.verifierKey.signer))
        }
    }

    @Test func `only the first line of a signer is looked at`() throws {
        let signer = try TestKeys.signer("log", 1)
        let known = try TestKeys.known(signer.verifierKey)
        let good = try signer.sign(Self.text)
        let bad = try signer.sign(Array("other text\n".utf8))
        #expect(isValid(note(good, bad).verify(with: known), by: [signer.verifierKey.signer]))
        #expect(
            note(bad, good).verify(with: known) == .invalidSignature(signer.verifierKey.signer))
    }

    @Test func `name and key id must both match`() throws {
        let signer = try TestKeys.signer("log", 1)
        let known = try TestKeys.known(signer.verifierKey)
        let good = try signer.sign(Self.text)
        let otherID = NoteSignature(name: good.name, keyID: KeyID(1), bytes: good.bytes)
        let otherName = NoteSignature(
            name: try TestKeys.name("log2"), keyID: good.keyID, bytes: good.bytes)
        #expect(note(otherID).verify(with: known) == .noKnownSigner)
        #expect(note(otherName).verify(with: known) == .noKnownSigner)
    }

    @Test func `every flipped bit of signature and text is noticed`() throws {
        let signer = try TestKeys.signer("log", 1)
        let known = try TestKeys.known(signer.verifierKey)
        let good = try signer.sign(Self.text)
        for position in good.bytes.indices {
            var bytes = good.bytes
            bytes[position] ^= 1 << UInt8(position % 8)
            let changed = NoteSignature(name: good.name, keyID: good.keyID, bytes: bytes)
            #expect(
                note(changed).verify(with: known)
                    == .invalidSignature(signer.verifierKey.signer))
        }
        for position in Self.text.indices.dropLast() {
            var text = Self.text
            text[position] ^= 1
            #expect(
                SignedNote(text: text, signatures: [good]).verify(with: known)
                    == .invalidSignature(signer.verifierKey.signer))
        }
    }

    @Test func `a cosignature binds its time and is no plain signature`() throws {
        let witness = try TestKeys.cosigner("witness", 3)
        let known = try TestKeys.known(witness.verifierKey)
        let time = try #require(CosignatureTime(seconds: 1_800_000_000))
        let good = try witness.cosign(Self.text, at: time)
        guard case .verified(let valid) = note(good).verify(with: known) else {
            Issue.record("not verified")
            return
        }
        #expect(valid.map(\.time) == [time])
        for position in 0..<8 {
            var bytes = good.bytes
            bytes[position] ^= 1
            let changed = NoteSignature(name: good.name, keyID: good.keyID, bytes: bytes)
            #expect(
                note(changed).verify(with: known)
                    == .invalidSignature(witness.verifierKey.signer))
        }
        // The same key as a log key has another key id; forged onto that id, the bytes do not fit.
        let plain = try TestKeys.signer("witness", 3)
        #expect(plain.keyID != witness.keyID)
        let forged = NoteSignature(name: good.name, keyID: plain.keyID, bytes: good.bytes)
        #expect(
            note(forged).verify(with: try TestKeys.known(plain.verifierKey))
                == .invalidSignature(plain.verifierKey.signer))
    }

    @Test func `times beyond 63 bits do not exist`() {
        #expect(CosignatureTime(seconds: 1 << 63) == nil)
        #expect(CosignatureTime(seconds: 1 << 63 - 1) != nil)
    }
}
