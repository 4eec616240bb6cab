// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The file `checkpoints`: every published checkpoint, oldest first, each as `u16be length ‖ signed note`.
package enum CheckpointJournal {
    /// Appends one signed note.
    ///
    /// - Precondition: `NoteFitsItsLength`: a note has at most 65,535 bytes.
    package static func append(_ note: some Collection<UInt8>, to journal: inout [UInt8]) {
        precondition(note.count <= UInt16.max, "NoteFitsItsLength: note longer than 65,535 bytes")
        BigEndian.append(UInt16(note.count), to: &journal)
        journal.append(contentsOf: note)
    }

    /// All whole notes, and how many bytes they take: what follows is a torn last write.
    package static func scan(_ journal: [UInt8]) -> (notes: [ArraySlice<UInt8>], length: Int) {
        var notes: [ArraySlice<UInt8>] = []
        var at = 0
        while let length = BigEndian.read(UInt16.self, from: journal, at: at), length > 0,
            journal.count - at - 2 >= Int(length)
        {
            notes.append(journal[at + 2..<at + 2 + Int(length)])
            at += 2 + Int(length)
        }
        return (notes, at)
    }
}
