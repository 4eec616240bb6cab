// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Merkle
internal import Synchronization

/// The key that seals one subject's disclosures; destroying it erases them (record.md §4).
package final class SubjectKey: Sendable {
    /// How many bytes a key has.
    package static let byteCount = 32

    package let id: SubjectID
    /// Finds the subject in the directory without revealing who it is; zero for the special ids.
    package let lookup: Hash256
    let key: SymmetricKey
    private let destroyed = Atomic<Bool>(false)

    /// Whether the key was destroyed in the log: whoever remembers this subject must ask the directory again.
    package var isDestroyed: Bool { destroyed.load(ordering: .relaxed) }

    /// The key is destroyed in the log.
    package func noteDestroyed() { destroyed.store(true, ordering: .relaxed) }

    /// - Parameter key: 32 secret bytes.
    package init(id: SubjectID, lookup: Hash256, key: SymmetricKey) {
        precondition(key.bitCount == 256, "SubjectKeysHave256Bits: the key has another length")
        self.id = id
        self.lookup = lookup
        self.key = key
    }

    /// A new key.
    package convenience init(
        id: SubjectID, lookup: Hash256, randomness: inout BufferedRandomness
    ) {
        self.init(
            id: id, lookup: lookup, key: SymmetricKey(data: randomness.bytes(Self.byteCount)))
    }

    /// The directory's name for a subject: HMAC-SHA-256(secret, issuer ‖ 0x00 ‖ subject).
    ///
    /// - Parameter issuer: holds no zero byte, so that no two pairs give the same text.
    package static func lookup(
        issuer: String, subject: String, directorySecret: SymmetricKey
    ) -> Hash256 {
        precondition(!issuer.utf8.contains(0), "LookupsAreUnambiguous: an issuer holds a zero byte")
        let text = Array(issuer.utf8) + [0] + Array(subject.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: text, using: directorySecret)
        guard let lookup = Hash256(Array(code)) else {
            preconditionFailure("DigestsHave32Bytes: HMAC-SHA-256 gave another length")
        }
        return lookup
    }
}
