// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle

/// Canonical JSON under construction, for writers that know the member order themselves.
///
/// Grows one reserved buffer by bulk copies; nothing here allocates while the reservation lasts.
struct RecordText {
    private(set) var bytes: [UInt8] = []
    /// Paths of the strings that were cut, for the member `truncated`.
    private(set) var truncated: [String] = []

    init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

    var count: Int { bytes.count }

    mutating func put(_ text: StaticString) {
        // Safe: a static string of ASCII text owns `utf8CodeUnitCount` bytes for ever.
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func put(_ encoded: [UInt8]) { bytes.append(contentsOf: encoded) }

    mutating func put(byte: UInt8) { bytes.append(byte) }

    mutating func put(_ number: UInt64) { number.appendDecimal(to: &bytes) }

    mutating func put(_ number: Int) { put(UInt64(number)) }

    mutating func put(_ id: UniqueID) {
        bytes.append(addingCapacity: 36) { text in
            text.append(hex: id.high >> 32, digits: 8)
            text.append(UInt8(ascii: "-"))
            text.append(hex: id.high >> 16, digits: 4)
            text.append(UInt8(ascii: "-"))
            text.append(hex: id.high, digits: 4)
            text.append(UInt8(ascii: "-"))
            text.append(hex: id.low >> 48, digits: 4)
            text.append(UInt8(ascii: "-"))
            text.append(hex: id.low, digits: 12)
        }
    }

    mutating func put(_ instant: UTCInstant) { instant.appendRFC3339(to: &bytes) }

    mutating func put(_ hash: Hash256) { hash.appendBase64(to: &bytes) }

    mutating func put(hex word: UInt64) {
        bytes.append(addingCapacity: 16) { $0.append(hex: word, digits: 16) }
    }

    /// A quoted string; what goes beyond the limit is cut and its path noted.
    mutating func put(string text: Span<UInt8>, path: String) {
        if bytes.appendJSONString(text) { truncated.append(path) }
    }

    mutating func note(truncated paths: [String]) {
        if !paths.isEmpty { truncated.append(contentsOf: paths) }
    }

    /// Turns the comma after the last member into the end of the object.
    mutating func closeObject() { bytes[bytes.count - 1] = UInt8(ascii: "}") }

    /// Turns the comma after the last item into the end of the array.
    mutating func closeArray() { bytes[bytes.count - 1] = UInt8(ascii: "]") }

    /// Takes back the last bytes: the opening of a member that turned out to be empty.
    mutating func removeLast(_ count: Int) { bytes.removeLast(count) }
}

extension OutputSpan<UInt8> {
    /// Appends the low digits of a word, most significant first.
    fileprivate mutating func append(hex word: UInt64, digits: Int) {
        var shift = UInt64(digits) * 4
        while shift > 0 {
            shift -= 4
            let nibble = UInt8(truncatingIfNeeded: word >> shift) & 15
            append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }
}
