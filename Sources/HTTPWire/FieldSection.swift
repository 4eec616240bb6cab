// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a field section or the size of a head was not accepted, in both directions.
enum SectionFault: Error {
    case malformedField
    case headTooLarge
    case startLineTooLong
    case tooManyFields
}

/// The fields of one head as they are read, with what is most often asked about them.
struct FieldSection: Sendable {
    var fields: [FieldSlice] = []
    /// Known fields that occur.
    private(set) var seen = KnownFieldSet()
    /// Known fields that occur more than once.
    private(set) var repeated = KnownFieldSet()
    /// Whether each line is ``FieldSlice/isTight``: then the same bytes are the same fields,
    /// wherever they are.
    private(set) var isTight = true
    /// Whether a line continues the value of the one before it: then the values here are only
    /// parts.
    var hasFold = false

    /// Adds the field line that starts at `start` if it is one that we could have written: `name: value` and CRLF, the
    /// name of letters, digits and `-`, one space, and no TAB in the value. One pass over its bytes.
    ///
    /// Nearly all lines are. Everything else, including an incomplete line, is for
    /// ``append(line:_:of:protected:)``.
    ///
    /// - Parameter most: how many bytes of the head may be read.
    /// - Returns: where the next line starts; nil if nothing was added.
    @inline(__always)
    mutating func appendPlain(from start: Int, of bytes: Span<UInt8>, most: Int) -> Int? {
        let colon = bytes.plainNameEnd(in: start..<bytes.count)
        let value = colon &+ 2
        guard colon > start, value < bytes.count, bytes[colon] == Byte.colon,
            bytes[colon &+ 1] == Byte.space, bytes[value] > Byte.space
        else { return nil }
        let end = bytes.firstControl(from: value)
        guard end > value, end &+ 1 < most, bytes[end] == Byte.carriageReturn,
            bytes[end &+ 1] == Byte.lineFeed, bytes[end &- 1] != Byte.space
        else { return nil }
        append(
            FieldSlice(
                name: ByteSlice(start..<colon), value: ByteSlice(value..<end),
                known: KnownFieldTable.shared.field(bytes, start..<colon), isTight: true))
        return end &+ 2
    }

    /// Adds the field line that starts at `start` and whose line end is at `end`.
    ///
    /// Refuses folding, blanks before the colon, empty names and every byte that RFC 9110 §5 does
    /// not allow. The bytes 0x80–0xFF of a value are opaque and stay as they are. Throws the offset
    /// of the byte at fault.
    ///
    /// - Parameter protected: the names that must not pass; used only for names that are not plain.
    @inline(__always)
    mutating func append(
        line start: Int, _ end: Int, of bytes: Span<UInt8>,
        protected: @autoclosure () -> KnownFieldSet
    ) throws(OffsetFault) {
        var at = bytes.plainNameEnd(in: start..<end)
        let isPlain = at < end && bytes[at] == Byte.colon
        if !isPlain {
            while at < end, ByteSet.token.contains(bytes[at]) { at &+= 1 }
        }
        guard at > start, at < end, bytes[at] == Byte.colon else { throw OffsetFault(offset: at) }
        let name = start..<at
        let value = bytes.trimmingBlanks(at &+ 1..<end)
        if let place = bytes.firstForbidden(in: value) { throw OffsetFault(offset: place) }
        // A value followed at once by CR has nothing after it and ends its line in CRLF.
        append(
            FieldSlice(
                name: ByteSlice(name), value: ByteSlice(value),
                known: isPlain
                    ? KnownFieldTable.shared.field(bytes, name)
                    : Self.mistakable(bytes, name, protected()),
                isTight: value.lowerBound == at &+ 2
                    && bytes[value.upperBound] == Byte.carriageReturn
                    && bytes[at &+ 1] == Byte.space))
    }

    @inline(__always)
    mutating func append(_ field: FieldSlice) {
        if seen.contains(field.known) { repeated.insert(field.known) }
        seen.insert(field.known)
        if !field.isTight { isTight = false }
        fields.append(field)
    }

    /// From the first line's start to the last one's end.
    var extent: Range<Int> {
        guard let first = fields.first, let last = fields.last else { return 0..<0 }
        return first.name.range.lowerBound..<last.line.upperBound
    }

    /// Moves all fields to where the same lines are in another head; what is known about them
    /// remains.
    mutating func move(by distance: Int) {
        guard distance != 0 else { return }
        for place in fields.indices {
            let isNominated = fields[place].isNominated
            fields[place] = fields[place].moved(by: distance)
            fields[place].isNominated = isNominated
        }
    }

    /// Forgets all fields and keeps their memory.
    mutating func removeAll() {
        if !fields.isEmpty { fields.removeAll(keepingCapacity: true) }
        seen = KnownFieldSet()
        repeated = KnownFieldSet()
        isTight = true
        hasFold = false
    }

    /// Sets the end of a value that was rewritten in place.
    mutating func shortenValue(ofFieldAt position: Int, to value: Range<Int>) {
        let field = fields[position]
        fields[position] = FieldSlice(
            name: field.name, value: ByteSlice(value), known: field.known,
            isNominated: field.isNominated, isTight: false)
        isTight = false
    }

    /// What a name with `_`, `.` or the like stands for: CGI gateways, and programs that turn it
    /// into an environment variable, take it for the one with `-`, so it must not pass where that
    /// would not. It is never taken for that one here.
    static func mistakable(
        _ bytes: Span<UInt8>, _ name: Range<Int>, _ protected: KnownFieldSet
    ) -> KnownField {
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        for place in name {
            folded.append(ByteSet.plainName.contains(bytes[place]) ? bytes[place] : Byte.hyphen)
        }
        let known = KnownFieldTable.shared.field(folded.span, 0..<folded.count)
        return protected.contains(known) ? .disguised : .other
    }
}

/// The first byte that makes a line malformed.
struct OffsetFault: Error {
    let offset: Int
}
