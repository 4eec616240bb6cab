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
    /// How the body has to be framed towards a client of this version.
    ///
    /// A body of unknown length is chunked, so that the client notices when it is cut short. A client
    /// of HTTP/1.0 knows no chunks: for it the body ends with the connection, which then must close.
    package func framing(for client: HTTPVersion) -> BodyFraming {
        switch framing {
        case .none, .length: framing
        case .chunked, .untilClose: client == .http11 ? .chunked : .untilClose
        }
    }

    /// Writes this response as it goes to the client: our bytes, made from what was understood.
    ///
    /// The service's fields in order without those that concern one hop, are nominated, are this
    /// proxy's own or share the name of an added one.
    ///
    /// - Parameters:
    ///   - framing: how the body will be sent, usually ``framing(for:)``; `.untilClose` requires the note
    ///     `.close`.
    ///   - rewriting: what keeps the client here, for an answer that has a pointer.
    package func append(
        toClient output: inout [UInt8], framing: BodyFraming, connection: ConnectionNote,
        adding added: AddedFields, rewriting: PointerRewriting? = nil
    ) {
        output.reserveCapacity(output.count + bytes.count + added.bytes.count + 64)
        let head = bytes.span
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(status))
        output.append(Byte.space)
        output.append(head, reason.range)
        output.append("\r\n")
        if let rewriting {
            appendFields(rewriting, to: &output, replacedBy: added)
        } else {
            HeadWriter.appendFields(
                section, of: head, to: &output, without: .notReturned, replacedBy: added)
        }
        if framing == .none, let declaredLength {
            HeadWriter.appendFraming(.length(declaredLength), to: &output)
        }
        ResponseWriter.appendEnd(framing, connection, added, to: &output)
    }

    /// Writes the fields as ever, and pointers behind them.
    private func appendFields(
        _ rewriting: PointerRewriting, to output: inout [UInt8], replacedBy added: AddedFields
    ) {
        HeadWriter.appendFields(
            section, of: bytes.span, to: &output, without: .notReturned.union(.pointers),
            replacedBy: added)
        for field in section.fields
        where KnownFieldSet.pointers.contains(field.known) && !field.isNominated {
            output.append(contentsOf: bytes[field.name.range])
            output.append(": ")
            rewriting.append(bytes[field.value.range], of: field.known, to: &output)
            output.append("\r\n")
        }
    }
}
