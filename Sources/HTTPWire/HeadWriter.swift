// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Writes the lines that heads in both directions have in common.
enum HeadWriter {
    /// Copies the surviving fields of a head in order, adjoining ones together.
    ///
    /// A line in our own form is copied; any other is rewritten.
    ///
    /// - Parameter start: lines before them that are copied unchanged.
    @inline(__always)
    static func appendFields(
        _ section: FieldSection, of head: Span<UInt8>, after start: Range<Int>,
        to output: inout OutputSpan<UInt8>, without dropped: KnownFieldSet,
        replacedBy added: AddedFields
    ) {
        var run = start
        for field in section.fields {
            if field.isNominated || dropped.contains(field.known)
                || added.replace(field, in: head)
            {
                continue
            }
            let line = field.line
            if field.isTight, line.lowerBound == run.upperBound {
                run = run.lowerBound..<line.upperBound
                continue
            }
            if !run.isEmpty { output.append(head, run) }
            run = 0..<0
            if field.isTight {
                run = line
            } else {
                appendField(field.name.range, field.value.range, of: head, to: &output)
            }
        }
        if !run.isEmpty { output.append(head, run) }
    }

    private static func appendField(
        _ name: Range<Int>, _ value: Range<Int>, of head: Span<UInt8>,
        to output: inout OutputSpan<UInt8>
    ) {
        output.append(head, name)
        output.append(": ")
        output.append(head, value)
        output.append("\r\n")
    }

    /// Writes the one field that says where the body ends; nothing if the body needs none.
    static func appendFraming(_ framing: BodyFraming, to output: inout OutputSpan<UInt8>) {
        switch framing {
        case .none, .untilClose:
            return
        case .length(let length):
            output.append("Content-Length: ")
            output.append(decimal: length)
            output.append("\r\n")
        case .chunked:
            output.append("Transfer-Encoding: chunked\r\n")
        }
    }

    static func appendAdded(_ added: AddedFields, to output: inout OutputSpan<UInt8>) {
        output.append(added.bytes.span)
    }
}
