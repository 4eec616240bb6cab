// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto

/// A public key with its name, as verifiers are given it: one line of text (a *vkey*).
package struct NoteVerifierKey: Sendable {
    /// What checks the signatures, by type.
    enum Material: Sendable {
        case ed25519(Curve25519.Signing.PublicKey)
        case cosignature(Curve25519.Signing.PublicKey)
        /// A type that this program does not know. The key is kept, so that a policy file with it can be
        /// read; signatures by it count as those of a stranger.
        case unknown(SignatureType, [UInt8])
    }

    package let name: KeyName
    package let keyID: KeyID
    let material: Material

    /// The key with which a log signs its checkpoints, type 0x01.
    package init(name: KeyName, ed25519 key: Curve25519.Signing.PublicKey) {
        self.init(name: name, type: .ed25519, key: key)
    }

    /// The key with which a witness cosigns checkpoints, type 0x04.
    package init(name: KeyName, cosignature key: Curve25519.Signing.PublicKey) {
        self.init(name: name, type: .cosignature, key: key)
    }

    private init(name: KeyName, type: SignatureType, key: Curve25519.Signing.PublicKey) {
        self.init(
            name: name,
            keyID: KeyID(name: name, type: type, publicKey: Array(key.rawRepresentation)),
            material: type == .cosignature ? .cosignature(key) : .ed25519(key))
    }

    package var type: SignatureType {
        switch material {
        case .ed25519: .ed25519
        case .cosignature: .cosignature
        case .unknown(let type, _): type
        }
    }

    /// Whether signatures by this key can be checked here.
    package var isUsable: Bool {
        if case .unknown = material { false } else { true }
    }

    /// The public key without the type byte.
    package var publicKey: [UInt8] {
        switch material {
        case .ed25519(let key), .cosignature(let key): Array(key.rawRepresentation)
        case .unknown(_, let bytes): bytes
        }
    }

    /// `<name>+<key id>+<base64(type ‖ public key)>`.
    package var text: String {
        "\(name)+\(keyID)+\(Base64.encode([type.code] + publicKey))"
    }

    /// Reads a vkey; for types 0x01 and 0x04 the key id must match name and key.
    package init(_ text: some StringProtocol) throws(VerifierKeyFault) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .notThreeParts }
        guard let name = KeyName(parts[0]) else { throw .badName }
        guard let keyID = KeyID(hex: parts[1]) else { throw .badKeyID }
        guard let bytes = Base64.decode(parts[2]), let code = bytes.first, bytes.count > 1 else {
            throw .badKey
        }
        let publicKey = Array(bytes.dropFirst())
        let type = SignatureType(code: code)
        switch type {
        case .ed25519, .cosignature:
            do {
                let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
                self.init(name: name, type: type, key: key)
            } catch {
                throw .badKey
            }
            guard self.keyID == keyID else { throw .keyIDOfAnotherKey }
            guard Ed25519Point.judge(publicKey) == .good else { throw .weakKey }
        default:
            self.init(name: name, keyID: keyID, material: .unknown(type, publicKey))
        }
    }

    private init(name: KeyName, keyID: KeyID, material: Material) {
        self.name = name
        self.keyID = keyID
        self.material = material
    }
}

extension NoteVerifierKey: Hashable {
    package static func == (one: Self, other: Self) -> Bool {
        one.name == other.name && one.keyID == other.keyID && one.type == other.type
            && one.publicKey == other.publicKey
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(keyID)
    }
}

/// Why a text is not a verifier key.
package enum VerifierKeyFault: Error, Hashable, Sendable {
    case notThreeParts
    case badName
    case badKeyID
    case badKey
    /// The key is not a point of the curve, or is one under which anybody can sign.
    case weakKey
    /// The key id does not match name and key: one of the three was changed or mistyped.
    case keyIDOfAnotherKey
}
