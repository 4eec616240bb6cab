// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension FieldSection {
    /// Adds a line that is not a well-formed field yet has only one meaning: it continues the value
    /// before it, has `_` or the like in its name, or blanks before its colon.
    ///
    /// What says where the message ends must be well-formed, and control bytes are always refused.
    /// A name that would be protected with `-` instead, as CGI gateways read it, is not passed on.
    mutating func append(odd line: Range<Int>, of bytes: Span<UInt8>) throws(OffsetFault) {
        if Byte.isBlank(bytes[line.lowerBound]) {
            try fold(line, of: bytes)
            return
        }
        var at = line.lowerBound
        while at < line.upperBound, ByteSet.token.contains(bytes[at]) { at += 1 }
        let name = line.lowerBound..<at
        while at < line.upperBound, Byte.isBlank(bytes[at]) { at += 1 }
        let known = name.isEmpty ? .other : Self.known(bytes, name)
        guard !name.isEmpty, at < line.upperBound, bytes[at] == Byte.colon,
            at == name.upperBound || !KnownFieldSet.framing.contains(known)
        else { throw OffsetFault(offset: at) }
        let value = bytes.trimmingBlanks(at + 1..<line.upperBound)
        if let place = bytes.firstForbidden(in: value) {
            throw OffsetFault(offset: place)
        }
        append(
            FieldSlice(
                name: ByteSlice(name), value: ByteSlice(value), known: known, isTight: false))
    }

    private static func known(_ bytes: Span<UInt8>, _ name: Range<Int>) -> KnownField {
        name.allSatisfy { ByteSet.plainName.contains(bytes[$0]) }
            ? KnownFieldTable.shared.field(bytes, name) : mistakable(bytes, name, .notReturned)
    }

    /// Notes a line that continues the field before it (RFC 9112 §5.2).
    ///
    /// A line of blanks alone is refused: some readers take it for the end of the head.
    private mutating func fold(_ line: Range<Int>, of bytes: Span<UInt8>) throws(OffsetFault) {
        let value = bytes.trimmingBlanks(line)
        guard let last = fields.last, !KnownFieldSet.framing.contains(last.known), !value.isEmpty
        else { throw OffsetFault(offset: line.lowerBound) }
        if let place = bytes.firstForbidden(in: value) {
            throw OffsetFault(offset: place)
        }
        hasFold = true
    }

    /// A head in which every fold, with the blanks around it, has become one space.
    static func unfolded(_ head: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(head.count)
        var at = 0
        while at < head.count {
            let byte = head[at]
            at += 1
            guard byte == Byte.lineFeed, at < head.count, Byte.isBlank(head[at]) else {
                output.append(byte)
                continue
            }
            while at < head.count, Byte.isBlank(head[at]) { at += 1 }
            if output.last == Byte.carriageReturn { output.removeLast() }
            while let last = output.last, Byte.isBlank(last) { output.removeLast() }
            output.append(Byte.space)
        }
        return output
    }
}
