// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto
package import Merkle

/// Whether a key can still be used.
package enum KeyState: UInt8, CaseIterable, Sendable {
    case live = 1
    /// Key and lookup are zero; the id stays as a tombstone, so that an erased key is never made again.
    case destroyed = 2
}

/// What subject and period slots have in common: 128 bytes, overwritten in place when a key is destroyed.
///
/// ```text
///   0   4  magic: "CSS1" subject, "CSP1" period
///   4   1  state: 1 live, 2 destroyed
///   5   1  length of the id, 1 to 32
///   6  32  id in ASCII, then zero bytes
///  38  32  lookup (subjects; zero for special ids, for periods and when destroyed)
///  70  32  key (zero when destroyed)
/// 102   8  created, microseconds since 1970
/// 110  10  zero
/// 120   8  first bytes of the SHA-256 of bytes 0..<120
/// ```
///
/// All integers are big-endian.
package enum KeySlot {
    /// Bytes of every slot.
    package static let byteCount = 128

    /// Bytes of every key.
    package static let keyBytes = 32

    private static let idBytes = 32

    /// The content of a well-formed slot of either kind.
    package struct Content {
        package var state: KeyState
        package var id: String
        package var lookup: Hash256
        package var key: [UInt8]
        package var created: UTCInstant

        package init(
            state: KeyState, id: String, lookup: Hash256, key: [UInt8], created: UTCInstant
        ) {
            self.state = state
            self.id = id
            self.lookup = lookup
            self.key = key
            self.created = created
        }
    }

    /// Why 128 bytes are not a slot.
    package enum Fault: Error, Hashable, Sendable {
        case badMagic
        case badChecksum
        case badState
        case badID
        /// Bytes that must be zero are not, or the key of a live slot is zero.
        case badContent
    }

    /// The bytes of a slot; id and key must fit.
    package static func encode(_ content: Content, magic: String) -> [UInt8] {
        let id = Array(content.id.utf8)
        precondition(
            (1...idBytes).contains(id.count) && content.key.count == keyBytes,
            "SlotsHaveOneShape: an id or key does not fit its slot")
        var bytes = Array(magic.utf8)
        bytes.append(content.state.rawValue)
        bytes.append(UInt8(id.count))
        bytes.append(contentsOf: id)
        bytes.append(contentsOf: repeatElement(0, count: idBytes - id.count))
        content.lookup.append(to: &bytes)
        bytes.append(contentsOf: content.key)
        BigEndian.append(content.created.microseconds, to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: 10))
        bytes.append(contentsOf: checksum(bytes[...]))
        return bytes
    }

    /// - Parameter bytes: 128 bytes.
    package static func decode(
        _ bytes: ArraySlice<UInt8>, magic: String
    ) throws(Fault) -> Content {
        let bytes = Array(bytes)
        guard bytes.starts(with: magic.utf8) else { throw .badMagic }
        guard checksum(bytes[..<120]).elementsEqual(bytes[120...]) else { throw .badChecksum }
        guard let state = KeyState(rawValue: bytes[4]) else { throw .badState }
        let idLength = Int(bytes[5])
        guard (1...idBytes).contains(idLength),
            let id = String(validating: bytes[6..<6 + idLength], as: UTF8.self)
        else { throw .badID }
        let key = Array(bytes[70..<102])
        guard isZero(bytes[(6 + idLength)..<38]), isZero(bytes[110..<120]),
            let lookup = Hash256(bytes[38..<70]),
            let created = BigEndian.read(UInt64.self, from: bytes, at: 102),
            state == .live ? !isZero(key[...]) : isZero(bytes[38..<102])
        else { throw .badContent }
        return Content(
            state: state, id: id, lookup: lookup, key: key,
            created: UTCInstant(microseconds: Int64(bitPattern: created)))
    }

    /// Whose slot it is, even if a write of its tombstone was cut short: that changes neither this nor when the key
    /// was made. Nil if it is nobody's.
    package static func owner(
        of bytes: ArraySlice<UInt8>, magic: String
    ) -> (id: String, created: UTCInstant)? {
        let bytes = Array(bytes)
        guard bytes.count == byteCount, bytes.starts(with: magic.utf8),
            (1...idBytes).contains(Int(bytes[5])),
            let id = String(validating: bytes[6..<6 + Int(bytes[5])], as: UTF8.self),
            let created = BigEndian.read(UInt64.self, from: bytes, at: 102)
        else { return nil }
        return (id, UTCInstant(microseconds: Int64(bitPattern: created)))
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: bytes).prefix(8))
    }

    private static func isZero(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.allSatisfy { $0 == 0 } }
}
