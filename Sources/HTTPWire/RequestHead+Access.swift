// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension RequestHead {
    /// The bytes that a slice of this head stands for, without a copy.
    package func bytes(of slice: ByteSlice) -> ArraySlice<UInt8> { bytes[slice.range] }

    /// The text of a slice of this head, for cold paths; bytes that are not UTF-8 are replaced.
    package func string(of slice: ByteSlice) -> String {
        String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// Whether a known field occurs at all; constant time.
    package func has(_ field: KnownField) -> Bool { section.seen.contains(field) }

    /// Whether a known field occurs more than once; constant time.
    package func isRepeated(_ field: KnownField) -> Bool { section.repeated.contains(field) }

    /// The value of the first field of this kind; see ``isRepeated(_:)`` if a second one matters.
    package func value(of field: KnownField) -> ByteSlice? {
        guard has(field) else { return nil }
        for candidate in section.fields where candidate.known == field { return candidate.value }
        return nil
    }

    /// The fields of a name in any case, known or not; for cold paths.
    package func values(named name: FieldName) -> [ByteSlice] {
        let bytes = bytes
        return section.fields.filter { name.matches(bytes.span, $0) }.map(\.value)
    }
}
