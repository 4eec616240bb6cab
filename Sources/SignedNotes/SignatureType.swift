// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The kind of signature a key makes: the byte before the public key (C2SP signed-note).
package struct SignatureType: Hashable, Sendable {
    package let code: UInt8

    package init(code: UInt8) { self.code = code }

    /// Ed25519 over the note's text.
    package static let ed25519 = SignatureType(code: 0x01)

    /// What the type is called by C2SP signed-note; nil for one that is not registered there.
    package var name: String? {
        switch code {
        case 0x01: "Ed25519"
        case 0x02: "ECDSA"
        case 0x04: "Ed25519 cosignature"
        case 0x05: "RFC 6962 tree head"
        case 0x06: "ML-DSA-44 cosignature"
        default: nil
        }
    }

    /// Ed25519 over the note's text with a time before it (C2SP tlog-cosignature).
    package static let cosignature = SignatureType(code: 0x04)
}
