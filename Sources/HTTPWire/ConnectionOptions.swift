// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What `Connection` asks for, and which fields it limits to this hop.
struct ConnectionOptions {
    private(set) var closes = false
    private(set) var keepsAlive = false

    /// Reads every `Connection` field of the section and marks the fields that it nominates.
    ///
    /// Empty list elements are skipped (RFC 9110 §5.6.1.2). Nominating more fields than the limit
    /// is a fault; in requests, so is nominating a field that decides something, or something that
    /// is no name. In answers the former is ignored, as a field meant for all recipients must not
    /// be named (§7.6.1), and after the latter the connection is not reused.
    init(
        marking section: inout FieldSection, in bytes: Span<UInt8>, limits: Limits,
        of direction: ChunkDecoder.Direction
    ) throws(OffsetFault) {
        guard section.seen.contains(.connection) else { return }
        var nominations = 0
        for index in section.fields.indices where section.fields[index].known == .connection {
            let value = section.fields[index].value.range
            var start = value.lowerBound
            while start <= value.upperBound {
                var end = start
                while end < value.upperBound, bytes[end] != Byte.comma { end += 1 }
                let option = bytes.trimmingBlanks(start..<end)
                start = end + 1
                if option.isEmpty { continue }
                if bytes.spells("keep-alive", in: option) {
                    keepsAlive = true
                    continue
                }
                if bytes.spells("close", in: option) {
                    closes = true
                    continue
                }
                if let place = Self.firstForbidden(bytes, option) {
                    guard direction == .response else { throw OffsetFault(offset: place) }
                    closes = true
                    continue
                }
                nominations += 1
                let known = KnownFieldTable.shared.field(bytes, option)
                guard nominations <= limits.nominations else {
                    throw OffsetFault(offset: option.lowerBound)
                }
                switch direction {
                case .request:
                    guard !KnownFieldSet.notNominable.contains(known) else {
                        throw OffsetFault(offset: option.lowerBound)
                    }
                    section.nominate(option, known, in: bytes)
                case .response:
                    // Known fields are end-to-end, or dropped regardless.
                    if known == .other { section.nominate(option, known, in: bytes) }
                }
            }
        }
    }

    /// The first byte that makes an option no name.
    private static func firstForbidden(
        _ bytes: Span<UInt8>, _ option: Range<Int>
    ) -> Int? {
        for place in option where !ByteSet.token.contains(bytes[place]) { return place }
        return nil
    }

    /// Whether another message may follow (RFC 9112 §9.3).
    func persists(_ version: HTTPVersion) -> Bool {
        !closes && (version == .http11 || keepsAlive)
    }
}

extension FieldSection {
    /// Marks the fields named `option`, a range of the same bytes.
    fileprivate mutating func nominate(
        _ option: Range<Int>, _ known: KnownField, in bytes: Span<UInt8>
    ) {
        for index in fields.indices
        where fields[index].known == known
            && bytes.spellsSame(fields[index].name.range, as: bytes, option)
        {
            fields[index].isNominated = true
        }
    }
}
