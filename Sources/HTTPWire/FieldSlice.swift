// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One field line of a head: where its name and its trimmed value are, and what it is.
package struct FieldSlice: Hashable, Sendable {
    package let name: ByteSlice
    /// Without surrounding blanks; may be empty.
    package let value: ByteSlice
    package let known: KnownField
    /// Whether `Connection` limits this field to one hop.
    package internal(set) var isNominated = false
    /// Whether the line is `name: value` with exactly one space, so that it can be copied as it is.
    let isTight: Bool

    /// The same field in a buffer where it is this much further on; not nominated there yet.
    func moved(by distance: Int) -> Self {
        Self(
            name: name.moved(by: distance), value: value.moved(by: distance), known: known,
            isTight: isTight)
    }

    /// The whole line with its CRLF, meaningful for a tight one.
    var line: Range<Int> { name.range.lowerBound..<value.range.upperBound + 2 }
}
