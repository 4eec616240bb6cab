// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a key file consists of.
package protocol KeySlotContent: Sendable {
    associatedtype ID: Hashable, Sendable

    var id: ID { get }
    var state: KeyState { get }
    /// The 128 bytes of the slot.
    var bytes: [UInt8] { get }

    /// - Parameter bytes: 128 bytes.
    init(_ bytes: ArraySlice<UInt8>) throws(KeySlot.Fault)
}

/// A whole key file, `keys/subjects` or `keys/periods`, as on disk.
package struct KeyStoreImage<Slot: KeySlotContent>: Sendable {
    /// A slot with its place in the file, in slots.
    package struct Placed: Sendable {
        package var slot: Slot
        package var position: Int
    }

    /// What is wrong with the file at one slot.
    package struct Fault: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case badSlot(KeySlot.Fault)
            /// An earlier slot has the same id.
            case duplicate
            /// The file ends inside the slot.
            case torn
        }

        package var kind: Kind
        /// The slot's place in the file, in slots.
        package var position: Int

        package init(kind: Kind, position: Int) {
            self.kind = kind
            self.position = position
        }
    }

    package private(set) var slots: [Slot.ID: Placed] = [:]
    package private(set) var faults: [Fault] = []
    /// Whole slots in the file, including faulty ones: where the next slot goes.
    package let count: Int

    /// Reads every slot; a fault in one does not hide others.
    package init(_ file: [UInt8]) {
        count = file.count / KeySlot.byteCount
        for position in 0..<count {
            let start = position * KeySlot.byteCount
            do throws(KeySlot.Fault) {
                let slot = try Slot(file[start..<start + KeySlot.byteCount])
                if slots[slot.id] == nil {
                    slots[slot.id] = Placed(slot: slot, position: position)
                } else {
                    faults.append(Fault(kind: .duplicate, position: position))
                }
            } catch {
                faults.append(Fault(kind: .badSlot(error), position: position))
            }
        }
        if !file.count.isMultiple(of: KeySlot.byteCount) {
            faults.append(Fault(kind: .torn, position: count))
        }
    }
}
