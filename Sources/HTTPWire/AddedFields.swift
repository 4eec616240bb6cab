// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Fields that this proxy adds to a message: checked when they are added, copied when it is written.
///
/// One buffer holds them all. Empty it with ``removeAll()`` and use it again for the next message.
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

    /// Complete lines, one after the other.
    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []
    /// What ``entries`` are, so that fields of the same kind are found without comparing names.
    private(set) var known = KnownFieldSet()

    package init() {}

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        known = KnownFieldSet()
    }

    /// How many fields there are.
    package var count: Int { entries.count }

    /// Takes back all fields but the first so many; none of those left out may have been the only reason why a field of
    /// the message is left out, since what they are stays noted.
    package mutating func removeAll(butFirst count: Int) {
        precondition(count <= entries.count, "WritersKeepCount: more fields kept than there are")
        guard count < entries.count else { return }
        bytes.removeLast(bytes.count - (count == 0 ? 0 : entries[count - 1].line.upperBound))
        entries.removeLast(entries.count - count)
    }

    /// Adds a field; every field of that name which the message has already will be left out.
    ///
    /// The value may hold 0x20–0x7E and must not begin or end with a space. Nothing is added when it
    /// holds anything else: a value made from a claim or a certificate is refused here, not repaired.
    package mutating func append(_ name: FieldName, _ value: Span<UInt8>) throws(Fault) {
        try append(name, writing: { $0.append(value, 0..<value.count) })
    }

    /// Adds a field whose value is written in its place; it only appends.
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

    /// Adds a field whose value is made of letters, digits and `-` only, such as a hexadecimal number. It is not
    /// looked at again.
    package mutating func append(_ name: FieldName, plain value: (inout [UInt8]) -> Void) {
        let from = begin(name)
        value(&bytes)
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

    /// Adds the fields of another list, which were checked when they were added there.
    package mutating func append(_ others: AddedFields) {
        let start = bytes.count
        bytes.append(contentsOf: others.bytes)
        for entry in others.entries {
            entries.append(
                Entry(
                    name: entry.name.moved(by: start), value: entry.value.moved(by: start),
                    known: entry.known))
        }
        known = known.union(others.known)
    }

    private static func forbidden(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard let last = range.last else { return nil }
        if let place = bytes.firstUnprintable(in: range) { return place }
        if bytes[range.lowerBound] == Byte.space { return range.lowerBound }
        return bytes[last] == Byte.space ? last : nil
    }

    /// Whether a field of a head, whose bytes are given, has the name of one that is added.
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
