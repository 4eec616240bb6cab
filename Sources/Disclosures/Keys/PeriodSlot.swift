// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto
package import LogFormat
import Merkle

/// A month's place in `keys/periods`; its form is that of ``KeySlot``.
package struct PeriodSlot: Sendable {
    package let id: Period
    /// When the key was made.
    package let created: UTCInstant
    /// Nil once destroyed.
    package let key: PeriodKey?

    package init(_ key: PeriodKey, created: UTCInstant) {
        id = key.period
        self.key = key
        self.created = created
    }

    /// The tombstone of a destroyed key.
    package init(destroyed id: Period, created: UTCInstant) {
        self.id = id
        self.created = created
        key = nil
    }

    package var state: KeyState { key == nil ? .destroyed : .live }

    static let magic = "CSP1"
}

extension PeriodSlot: KeySlotContent {
    package var bytes: [UInt8] {
        var secret: [UInt8] = []
        key?.key.append(to: &secret)
        if key == nil { secret = [UInt8](repeating: 0, count: PeriodKey.byteCount) }
        return KeySlot.encode(
            KeySlot.Content(
                state: state, id: id.text, lookup: .zero, key: secret, created: created),
            magic: Self.magic)
    }

    package init(_ bytes: ArraySlice<UInt8>) throws(KeySlot.Fault) {
        let content = try KeySlot.decode(bytes, magic: Self.magic)
        guard let id = Period(content.id.utf8) else { throw .badID }
        guard content.lookup == .zero else { throw .badContent }
        switch content.state {
        case .live:
            self.init(
                PeriodKey(period: id, key: SymmetricKey(data: content.key)),
                created: content.created)
        case .destroyed:
            self.init(destroyed: id, created: content.created)
        }
    }
}
