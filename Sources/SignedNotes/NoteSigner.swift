// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto

/// Signs notes with an Ed25519 key, type 0x01: the key of a log.
///
/// Several signers with one name and different keys may sign one note: that is how keys are rotated.
package struct NoteSigner: Sendable {
    package let name: KeyName
    package let keyID: KeyID
    private let key: Curve25519.Signing.PrivateKey

    package init(name: KeyName, key: Curve25519.Signing.PrivateKey) {
        self.name = name
        self.key = key
        keyID = KeyID(
            name: name, type: .ed25519, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// How many bytes a signature has, key id not included; a cosignature has a time, too.
    package static let signatureLength = 64

    /// What others check this signer's notes with.
    package var verifierKey: NoteVerifierKey {
        NoteVerifierKey(name: name, ed25519: key.publicKey)
    }

    /// The signature line for a text that ends in LF.
    ///
    /// Throws only if the cryptographic library fails, which it does not for a valid key.
    package func sign(_ text: [UInt8]) throws(SigningFault) -> NoteSignature {
        NoteSignature(name: name, keyID: keyID, bytes: try key.bytes(signing: text))
    }
}

extension NoteSigner {
    private static let prefix = "PRIVATE+KEY+"

    /// The private key as one line of text: `PRIVATE+KEY+<name>+<key id>+<base64(0x01 ‖ seed)>`, the
    /// form of golang.org/x/mod/sumdb/note. Keep it secret.
    package var privateText: String {
        let seed = Array(key.rawRepresentation)
        return Self.prefix + "\(name)+\(keyID)+"
            + Base64.encode([SignatureType.ed25519.code] + seed)
    }

    /// Reads a text that ``privateText`` made; the key id must match name and key.
    package init(privateText text: some StringProtocol) throws(SignerKeyFault) {
        guard text.hasPrefix(Self.prefix) else { throw .notAPrivateKey }
        let parts = text.dropFirst(Self.prefix.count)
            .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .notAPrivateKey }
        guard let name = KeyName(parts[0]) else { throw .badName }
        guard let keyID = KeyID(hex: parts[1]) else { throw .badKeyID }
        guard let bytes = Base64.decode(parts[2]), let code = bytes.first else { throw .badKey }
        guard code == SignatureType.ed25519.code else { throw .unsupportedType }
        do {
            self.init(
                name: name,
                key: try Curve25519.Signing.PrivateKey(
                    rawRepresentation: bytes.dropFirst()))
        } catch {
            throw .badKey
        }
        guard self.keyID == keyID else { throw .keyIDOfAnotherKey }
    }
}

/// Why a text is not a private key. Contains nothing of the text.
package enum SignerKeyFault: Error, Hashable, Sendable {
    case notAPrivateKey
    case badName
    case badKeyID
    case badKey
    case unsupportedType
    /// The key id does not match name and key: one of the three was changed or mistyped.
    case keyIDOfAnotherKey
}

/// The cryptographic library refused to sign.
package struct SigningFault: Error {
    package let cause: any Error
}

extension Curve25519.Signing.PrivateKey {
    /// The 64 bytes of the signature over a message.
    func bytes(signing message: [UInt8]) throws(SigningFault) -> [UInt8] {
        do {
            return Array(try signature(for: message))
        } catch {
            throw SigningFault(cause: error)
        }
    }
}
