// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The previous head, kept for its memory and because most heads of a connection repeat its fields.
///
/// What a line means depends on its bytes alone. A line with the same position and bytes in both
/// heads is therefore adopted after a comparison, without parsing it.
struct EarlierHead {
    /// Canonical where the head was made canonical in place: a changed line equals no line with
    /// another meaning, since it is no longer ``FieldSlice/isTight`` or changed only in letter
    /// case.
    var bytes: [UInt8] = []
    var section = FieldSection()
    /// Whether ``section`` refers to ``bytes``; false once either is in use for the next head.
    var isKnown = false

    /// How many bytes from `start` on equal those of the field in `place` and what follows it, up
    /// to the last field's end.
    func repeated(_ bytes: Span<UInt8>, from start: Int, field place: Int) -> Int {
        let from = section.fields[place].name.range.lowerBound
        let end = min(section.extent.upperBound, self.bytes.count)
        guard start < bytes.count, from < end else { return 0 }
        return bytes.extracting(start..<bytes.count)
            .commonPrefix(with: self.bytes.span.extracting(from..<end))
    }
}
