// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
package import Merkle

/// A record in a list for programs, the same on the command line and over HTTP: `{"index":…,"record":…,"values":…}`.
package struct RecordItem: Sendable {
    package let index: LeafIndex
    /// Nil where the leaf is no record, or not the one that was signed.
    package let record: Record?
    package let values: RecordValues

    package init(index: LeafIndex, record: Record?, values: RecordValues) {
        self.index = index
        self.record = record
        self.values = values
    }

    /// The record, and what was opened of it; no member stands for what is not there.
    package var members: [JSONMember] {
        var members = [JSONMember("index", .integer(Int64(clamping: index.value)))]
        if let record { members.append(JSONMember("record", record.value)) }
        if let values = values.json { members.append(JSONMember("values", values)) }
        return members
    }
}
