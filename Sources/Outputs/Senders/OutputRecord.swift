// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import Disclosures
package import LogReading
package import Merkle
package import RecordForms

/// A record on its way to a receiver.
package struct OutputRecord: Sendable {
    package let index: LeafIndex
    package let record: Record
    /// What is disclosed of it; empty as a rule.
    package let groups: [CommitGroup: OpenedGroup]
    /// The signed size of the log that it was read from.
    package let signedSize: TreeSize

    package init(
        index: LeafIndex, record: Record, groups: [CommitGroup: OpenedGroup], signedSize: TreeSize
    ) {
        self.index = index
        self.record = record
        self.groups = groups
        self.signedSize = signedSize
    }

    /// The record in a form for other programs, with a line feed at its end.
    package func line(_ form: DerivedForm) -> [UInt8] { form.line(record, at: index, groups) }

    /// The same within a number of bytes: whole members are left out, and named, where it would be longer.
    package func line(_ form: DerivedForm, most: Int) -> [UInt8] {
        form.line(record, at: index, groups, most: most)
    }
}
