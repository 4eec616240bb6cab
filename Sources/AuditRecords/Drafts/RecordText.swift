// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Merkle

/// Canonical JSON under construction, for writers that know the member order themselves.
struct RecordText: ~Copyable {
    private var writer: ByteWriter
    /// Paths of the strings that were cut, for the member `truncated`.
    private(set) var truncated: [String] = []
    /// Where in it the values are that a template leaves open.
    var holes = RecordHoles()

    init(reserving capacity: Int) { writer = ByteWriter(capacity: capacity) }

    /// What has been written so far.
    var bytes: [UInt8] { writer.bytes }

    var count: Int { writer.count }

    @inline(__always)
    mutating func put(_ text: StaticString) { writer.append(text) }

    mutating func put(_ encoded: [UInt8]) { writer.append(encoded) }

    mutating func put(byte: UInt8) { writer.append(byte) }

    mutating func put(_ number: UInt64) { number.appendDecimal(to: &writer) }

    mutating func put(_ number: Int) { put(UInt64(number)) }

    mutating func put(_ id: UniqueID) { id.append(to: &writer) }

    mutating func put(_ instant: UTCInstant) { instant.appendRFC3339(to: &writer) }

    mutating func put(_ hash: HashText) { writer.append(hash) }

    mutating func put(hex word: UInt64) { writer.append(hex: word) }

    /// A quoted string; what goes beyond the limit is cut and its path noted.
    mutating func put(string text: Span<UInt8>, path: String) {
        if writer.appendJSONString(text) { truncated.append(path) }
    }

    mutating func note(truncated paths: [String]) {
        if !paths.isEmpty { truncated.append(contentsOf: paths) }
    }

    /// Turns the comma after the last member into the end of the object.
    mutating func closeObject() { writer.replaceLast(with: UInt8(ascii: "}")) }

    /// Turns the comma after the last item into the end of the array.
    mutating func closeArray() { writer.replaceLast(with: UInt8(ascii: "]")) }

    /// Takes back the last bytes: the opening of a member that turned out to be empty.
    mutating func removeLast(_ count: Int) { writer.removeLast(count) }
}
