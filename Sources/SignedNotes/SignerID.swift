// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a signature line is matched by: name and key id together; neither is enough alone.
package struct SignerID: Hashable, Sendable {
    package let name: KeyName
    package let keyID: KeyID

    package init(name: KeyName, keyID: KeyID) {
        self.name = name
        self.keyID = keyID
    }
}

extension SignerID: CustomStringConvertible {
    package var description: String { "\(name)+\(keyID)" }
}

extension NoteSignature {
    /// Whose signature the line claims to be.
    package var signer: SignerID { SignerID(name: name, keyID: keyID) }
}

extension NoteVerifierKey {
    package var signer: SignerID { SignerID(name: name, keyID: keyID) }
}
