// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto

/// Signs checkpoints with an Ed25519 key and the time, type 0x04: the key of a witness
/// (C2SP tlog-cosignature).
package struct CosignatureSigner: Sendable {
    package let name: KeyName
    package let keyID: KeyID
    private let key: Curve25519.Signing.PrivateKey

    package init(name: KeyName, key: Curve25519.Signing.PrivateKey) {
        self.name = name
        self.key = key
        keyID = KeyID(
            name: name, type: .cosignature, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// What others check this cosigner's signatures with.
    package var verifierKey: NoteVerifierKey {
        NoteVerifierKey(name: name, cosignature: key.publicKey)
    }

    /// The cosignature for a checkpoint's note text.
    ///
    /// It says that the tree was the largest consistent one of its origin that the cosigner had seen by
    /// then; the caller makes sure of that.
    package func cosign(
        _ checkpoint: [UInt8], at time: CosignatureTime
    ) throws(SigningFault) -> NoteSignature {
        let message = Cosignature.message(over: checkpoint, at: time)
        let signature = Cosignature(time: time, signature: try key.bytes(signing: message))
        return NoteSignature(name: name, keyID: keyID, bytes: signature.encode())
    }
}
