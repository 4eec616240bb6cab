// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto
package import LogFormat
import Merkle

/// A subject's place in `keys/subjects`; its form is that of ``KeySlot``.
package struct SubjectSlot: Sendable {
    package let id: SubjectID
    /// When the key was made.
    package let created: UTCInstant
    /// Nil once destroyed.
    package let key: SubjectKey?

    package init(_ key: SubjectKey, created: UTCInstant) {
        id = key.id
        self.key = key
        self.created = created
    }

    /// The tombstone of a destroyed key.
    package init(destroyed id: SubjectID, created: UTCInstant) {
        self.id = id
        self.created = created
        key = nil
    }

    package var state: KeyState { key == nil ? .destroyed : .live }

    static let magic = "CSS1"
}

extension SubjectSlot: KeySlotContent {
    package var bytes: [UInt8] {
        var secret: [UInt8] = []
        key?.key.append(to: &secret)
        if key == nil { secret = [UInt8](repeating: 0, count: SubjectKey.byteCount) }
        return KeySlot.encode(
            KeySlot.Content(
                state: state, id: id.text, lookup: key?.lookup ?? .zero, key: secret,
                created: created),
            magic: Self.magic)
    }

    package init(_ bytes: ArraySlice<UInt8>) throws(KeySlot.Fault) {
        let content = try KeySlot.decode(bytes, magic: Self.magic)
        guard let id = SubjectID(content.id) else { throw .badID }
        switch content.state {
        case .live:
            self.init(
                SubjectKey(
                    id: id, lookup: content.lookup, key: SymmetricKey(data: content.key)),
                created: content.created)
        case .destroyed:
            self.init(destroyed: id, created: content.created)
        }
    }
}
