// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

/// Memory for writing heads, one for each event loop: after a few requests nothing here allocates.
struct Workbench {
    /// A whole head, or the size line of a chunk.
    var text: [UInt8] = []
    /// The fields that are added to it.
    var added = AddedFields()

    /// Empties both.
    mutating func clear() {
        text.removeAll(keepingCapacity: true)
        added.removeAll()
    }
}
