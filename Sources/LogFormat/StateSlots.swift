// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The state file: the newest signed checkpoint, kept apart from the data so that restoring an
/// older copy of the data is noticed.
///
/// Two slots of 4,096 bytes, written in turn and padded with zero bytes: a write that is cut short
/// spoils one slot, never both. The reader decides by the checkpoints' sizes which slot is newer.
package enum StateSlots {
    package static let slotLength = 4096
    package static let count = 2

    /// A slot's bytes for a note, or nil for a note that does not fit: opening refuses a log whose
    /// checkpoints could not be remembered.
    package static func slot(for note: [UInt8]) -> [UInt8]? {
        guard note.count <= slotLength else { return nil }
        return note + [UInt8](repeating: 0, count: slotLength - note.count)
    }

    /// The notes of a state file, without those of empty slots.
    package static func notes(in file: [UInt8]) -> [[UInt8]] {
        (0..<count).compactMap { note(in: file, slot: $0) }
    }

    /// The note of one slot; nil if it is empty.
    package static func note(in file: [UInt8], slot number: Int) -> [UInt8]? {
        let slot = file.dropFirst(number * slotLength).prefix(slotLength)
        let note = slot.prefix { $0 != 0 }
        return note.isEmpty ? nil : Array(note)
    }
}
