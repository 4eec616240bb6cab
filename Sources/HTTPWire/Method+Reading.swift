// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

extension Method {
    /// The method that `range` spells, or nil for those that are not proxied: CONNECT and TRACE.
    static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Self? {
        // `GET`, the first byte lowest; there are bytes after it, since a request line continues.
        if range.count == 3, range.lowerBound + 8 <= bytes.count,
            bytes.word(at: range.lowerBound) & 0xFF_FFFF == 0x54_4547
        {
            return .get
        }
        return switch (range.count, bytes[range.lowerBound]) {
        case (3, 0x47): bytes.spells("get", in: range) ? .get : other(bytes, range)
        case (3, 0x50): bytes.spells("put", in: range) ? .put : other(bytes, range)
        case (4, 0x48): bytes.spells("head", in: range) ? .head : other(bytes, range)
        case (4, 0x50): bytes.spells("post", in: range) ? .post : other(bytes, range)
        case (5, 0x50): bytes.spells("patch", in: range) ? .patch : other(bytes, range)
        case (5, 0x54): bytes.spells("trace", in: range) ? nil : other(bytes, range)
        case (6, 0x44): bytes.spells("delete", in: range) ? .delete : other(bytes, range)
        case (7, 0x4F): bytes.spells("options", in: range) ? .options : other(bytes, range)
        case (7, 0x43): bytes.spells("connect", in: range) ? nil : other(bytes, range)
        default: other(bytes, range)
        }
    }

    /// A method whose token is kept.
    private static func other(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Self {
        .other(String(decoding: [UInt8](copying: bytes.extracting(range)), as: UTF8.self))
    }
}
