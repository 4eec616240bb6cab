// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// What a response says about the connection to the client.
package enum ConnectionNote: Sendable {
    /// Nothing: HTTP/1.1 and the connection stays open.
    case implied
    /// `Connection: close`
    case close
    /// `Connection: keep-alive`, for HTTP/1.0 clients that asked for it.
    case keepAlive
}

extension ResponseHead {
    /// How the body must be framed for a client of this version.
    ///
    /// A body of unknown length is chunked, so that the client notices when it is cut short. A
    /// client of HTTP/1.0 knows no chunks: for it the body ends with the connection, which must
    /// then close.
    package func framing(for client: HTTPVersion) -> BodyFraming {
        switch framing {
        case .none, .length: framing
        case .chunked, .untilClose: client == .http11 ? .chunked : .untilClose
        }
    }

    /// Writes this response as it goes to the client: our own bytes, made from what was understood.
    ///
    /// The service's fields in order, except those that concern one hop, are nominated, are this
    /// proxy's own, are dropped or share the name of an added one.
    ///
    /// - Parameters:
    ///   - output: has room for ``mostBytes(adding:pointers:)`` and what `last` writes.
    ///   - framing: how the body will be sent, usually ``framing(for:)``; `.untilClose` requires the note
    ///     `.close`.
    ///   - dropped: kinds of fields to leave out besides those that never pass.
    ///   - pointers: what ``pointers(_:)`` makes of the head's pointers; nil: they pass unchanged.
    ///   - last: writes further lines, each of a kind that never passes, is dropped or is not there.
    package func append(
        toClient output: inout OutputSpan<UInt8>, framing: BodyFraming,
        connection: ConnectionNote, adding added: AddedFields, dropping dropped: KnownFieldSet,
        pointers: [UInt8]?, last: (inout OutputSpan<UInt8>) -> Void
    ) {
        let bytes = bytes
        let head = bytes.span
        let start = writtenStart(head)
        if start.isEmpty {
            output.append("HTTP/1.1 ")
            output.append(decimal: UInt64(status))
            output.append(Byte.space)
            output.append(head, reason.range)
            output.append("\r\n")
        }
        var left = KnownFieldSet.notReturned.union(dropped)
        if pointers != nil { left = left.union(.pointers) }
        HeadWriter.appendFields(
            section, of: head, after: start, to: &output, without: left, replacedBy: added)
        if let pointers { output.append(pointers.span) }
        if framing == .none, let declaredLength {
            HeadWriter.appendFraming(.length(declaredLength), to: &output)
        }
        ResponseWriter.appendEnd(framing, connection, added, to: &output, last: last)
    }

    /// The status line, if it is there in our own form; else an empty range.
    private func writtenStart(_ head: Span<UInt8>) -> Range<Int> {
        let end = reason.range.upperBound
        // `HTTP/1.1`, the first byte lowest; what follows up to the reason was checked to be a
        // space, the status and a space.
        guard version == .http11, reason.range.lowerBound == 13,
            head.word(at: 0) == 0x312E_312F_5054_5448, head[end] == Byte.carriageReturn,
            head[end + 1] == Byte.lineFeed
        else { return 0..<0 }
        return 0..<end + 2
    }

    /// More than what is written of this head; see ``RequestHead/mostBytes(adding:host:)``.
    package func mostBytes(adding added: AddedFields, pointers: [UInt8]?) -> Int {
        bytes.count + added.bytes.count + (pointers?.count ?? 0) + 4 * section.fields.count + 128
    }

    /// The fields that lead the client to a URL, rewritten to keep it here.
    package func pointers(_ rewriting: PointerRewriting) -> [UInt8] {
        var lines: [UInt8] = []
        for field in section.fields
        where KnownFieldSet.pointers.contains(field.known) && !field.isNominated {
            lines.append(contentsOf: bytes[field.name.range])
            lines.append(": ")
            rewriting.append(bytes[field.value.range], of: field.known, to: &lines)
            lines.append("\r\n")
        }
        return lines
    }

    /// Writes this response after other bytes.
    package func append(
        toClient output: inout [UInt8], framing: BodyFraming, connection: ConnectionNote,
        adding added: AddedFields, rewriting: PointerRewriting? = nil
    ) {
        let pointers = rewriting.map { self.pointers($0) }
        output.append(atMost: mostBytes(adding: added, pointers: pointers)) { output in
            append(
                toClient: &output, framing: framing, connection: connection, adding: added,
                dropping: [], pointers: pointers, last: { _ in })
        }
    }
}
