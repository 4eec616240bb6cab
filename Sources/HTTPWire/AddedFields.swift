// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Fields that this proxy adds to a message: checked when they are added, copied when it is written.
///
/// One buffer holds them all.
///
/// Framing and hop-by-hop fields are written by the head itself and must not be added.
package struct AddedFields: Sendable {
    /// Why a value cannot be a field value.
    package struct Fault: Error, Hashable, Sendable {
        /// Distance in bytes from the start of the value.
        package let offset: Int
    }

    struct Entry: Sendable {
        let name: ByteSlice
        let value: ByteSlice
        let known: KnownField

        /// The whole line with its CRLF.
        var line: Range<Int> { name.range.lowerBound..<value.range.upperBound + 2 }
    }

    /// Complete lines, concatenated.
    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []
    /// What ``entries`` are, so that fields of the same kind are found without comparing names.
    private(set) var known = KnownFieldSet()

    package init() {}

    /// Adds a field; every field of that name already in the message will be left out.
    ///
    /// The value may hold 0x20–0x7E and must not begin or end with a space. Otherwise nothing is
    /// added: a value made from a claim or a certificate is refused here, not repaired.
    package mutating func append(_ name: FieldName, _ value: Span<UInt8>) throws(Fault) {
        try append(name, writing: { $0.append(value, 0..<value.count) })
    }

    /// Adds a field whose value is written in place by `value`, which only appends.
    package mutating func append(
        _ name: FieldName, writing value: (inout [UInt8]) -> Void
    ) throws(Fault) {
        let start = bytes.count
        let from = begin(name)
        value(&bytes)
        if let offset = Self.forbidden(bytes.span, from..<bytes.count) {
            bytes.removeLast(bytes.count - start)
            throw Fault(offset: offset - from)
        }
        end(name, from)
    }

    /// Writes the start of a line; returns where the value begins.
    private mutating func begin(_ name: FieldName) -> Int {
        precondition(
            !name.isReserved, "FramedOnce: framing and one-hop fields are written by the head")
        bytes.append(contentsOf: name.lineStart)
        return bytes.count
    }

    /// Ends the line whose value begins at `from`.
    private mutating func end(_ name: FieldName, _ from: Int) {
        let value = from..<bytes.count
        bytes.append(Byte.carriageReturn)
        bytes.append(Byte.lineFeed)
        entries.append(
            Entry(
                name: ByteSlice(from - name.lineStart.count..<from - 2), value: ByteSlice(value),
                known: name.known))
        known.insert(name.known)
    }

    private static func forbidden(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard let last = range.last else { return nil }
        if let place = bytes.firstUnprintable(in: range) { return place }
        if bytes[range.lowerBound] == Byte.space { return range.lowerBound }
        return bytes[last] == Byte.space ? last : nil
    }

    /// Whether a field of a head, given with the head's bytes, has the name of an added one.
    @inline(__always)
    func replace(_ field: FieldSlice, in head: Span<UInt8>) -> Bool {
        known.contains(field.known) && replaceByName(field, in: head)
    }

    private func replaceByName(_ field: FieldSlice, in head: Span<UInt8>) -> Bool {
        let own = bytes.span
        for entry in entries where entry.known == field.known {
            if head.spellsSame(field.name.range, as: own, entry.name.range) { return true }
        }
        return false
    }
}
