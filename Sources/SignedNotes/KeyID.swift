// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import Merkle

/// The four bytes that tell keys of one name apart (C2SP signed-note).
package struct KeyID: Hashable, Sendable {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    /// `SHA-256(name ‖ 0x0A ‖ type ‖ public key)[0..<4]`.
    package init(name: KeyName, type: SignatureType, publicKey: [UInt8]) {
        let digest = Hash256(
            SHA256.hash(data: Array(name.text.utf8) + [0x0A, type.code] + publicKey))
        value = BigEndian.read(UInt32.self, from: digest.bytes, at: 0) ?? 0
    }

    /// Eight hexadecimal digits in lower case.
    package var hex: String {
        var bytes: [UInt8] = []
        BigEndian.append(value, to: &bytes)
        return Hex.encode(bytes)
    }

    /// The id of a text that ``hex`` made, or nil for any other text.
    package init?(hex: some StringProtocol) {
        guard hex.utf8.count == 8, let bytes = Hex.decode(hex),
            let value = BigEndian.read(UInt32.self, from: bytes, at: 0)
        else { return nil }
        self.value = value
    }
}

extension KeyID: CustomStringConvertible {
    package var description: String { hex }
}
