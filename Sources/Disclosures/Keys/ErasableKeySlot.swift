// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Crypto
package import LogFormat
internal import Merkle

/// A subject's place in `keys/subjects`.
package typealias SubjectSlot = ErasableKeySlot<SubjectKey>

/// A month's place in `keys/periods`.
package typealias PeriodSlot = ErasableKeySlot<PeriodKey>

/// A key's place in its file, or the tombstone there; its form is that of ``KeySlot``.
package struct ErasableKeySlot<Key: ErasableKey>: Sendable {
    package let id: Key.ID
    /// When the key was made.
    package let created: UTCInstant
    /// Nil once destroyed.
    package let key: Key?

    package init(_ key: Key, created: UTCInstant) {
        id = key.id
        self.key = key
        self.created = created
    }

    /// The tombstone of a destroyed key.
    package init(destroyed id: Key.ID, created: UTCInstant) {
        self.id = id
        self.created = created
        key = nil
    }

    package var state: KeyState { key == nil ? .destroyed : .live }
}

extension ErasableKeySlot: KeySlotContent {
    package var bytes: [UInt8] {
        KeySlot.encode(
            KeySlot.Content(
                state: state, id: Key.text(of: id), lookup: key?.lookup ?? .zero,
                key: key?.secret ?? [UInt8](repeating: 0, count: KeySlot.keyBytes),
                created: created),
            magic: Key.magic)
    }

    package init(_ bytes: ArraySlice<UInt8>) throws(KeySlot.Fault) {
        let content = try KeySlot.decode(bytes, magic: Key.magic)
        guard let id = Key.id(of: content.id) else { throw .badID }
        switch content.state {
        case .live:
            let secret = SymmetricKey(data: content.key)
            guard let key = Key(id: id, lookup: content.lookup, storedKey: secret)
            else { throw .badContent }
            self.init(key, created: content.created)
        case .destroyed:
            self.init(destroyed: id, created: content.created)
        }
    }
}
