// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The head before, kept for its memory and because most heads of a connection repeat its fields.
///
/// What a line means depends on its bytes alone. A line that stands in the same place among the lines of both heads and has
/// the same bytes is therefore taken over by comparing it, without looking at what it says.
struct EarlierHead {
    /// Canonical where the head was made canonical in its place: a line that was changed is like no line that means
    /// something else, since it is not ``FieldSlice/isTight`` any more or was changed in the case of letters only.
    var bytes: [UInt8] = []
    var section = FieldSection()
    /// Whether ``section`` lies in ``bytes``; false once either is in use for the next head.
    var isKnown = false

    /// How many bytes from `start` on are those of the field in `place` and what follows it, up to the last field's end.
    func repeated(_ bytes: Span<UInt8>, from start: Int, field place: Int) -> Int {
        let from = section.fields[place].name.range.lowerBound
        let end = min(section.extent.upperBound, self.bytes.count)
        guard start < bytes.count, from < end else { return 0 }
        return bytes.extracting(start..<bytes.count)
            .commonPrefix(with: self.bytes.span.extracting(from..<end))
    }
}
