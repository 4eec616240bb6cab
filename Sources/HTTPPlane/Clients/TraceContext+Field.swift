// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding

extension TraceContext {
    /// `00-` trace id `-` span id `-` flags (W3C Trace Context, level 1).
    private static let length = 55

    /// The context of a `traceparent` of version 00, or nil for anything else: then a new trace begins.
    init?(traceparent value: Span<UInt8>) {
        guard value.count == Self.length, value[0] == Self.zero, value[1] == Self.zero,
            value[2] == Self.hyphen, value[35] == Self.hyphen, value[52] == Self.hyphen,
            let high = Self.number(value, 3..<19), let low = Self.number(value, 19..<35),
            let span = Self.number(value, 36..<52), Self.number(value, 53..<55) != nil,
            high | low != 0, span != 0
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span)
    }

    /// Appends a `traceparent`, marked as sampled: the trace is always in the record.
    func appendTraceparent(to text: inout OutputSpan<UInt8>) {
        text.append("00-")
        text.append(hex: traceHigh)
        text.append(hex: traceLow)
        text.append(Self.hyphen)
        text.append(hex: span)
        text.append("-01")
    }

    private static let zero = UInt8(ascii: "0")
    private static let hyphen = UInt8(ascii: "-")

    /// Lower-case hexadecimal only.
    private static func number(_ value: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for place in range {
            guard let nibble = Hex.nibble(value[place]) else { return nil }
            number = number << 4 | UInt64(nibble)
        }
        return number
    }
}
