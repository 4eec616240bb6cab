// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The bounds of record.md §1 that writers cut to and readers check, in leaves and in disclosures.
package enum RecordLimits {
    /// Bytes of UTF-8 in one string, before escaping.
    package static let stringBytes = 2048
    /// Items of one array.
    package static let arrayItems = 64
    /// Nested arrays and objects, including the record itself.
    package static let depth = 6
    /// Bytes of `event.message`.
    package static let messageBytes = 256
    /// Members of `labels`.
    package static let labels = 16
    /// Bytes of one leaf: the C2SP entry framing has a 16-bit length.
    package static let leafBytes = 65_535
}
