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
    /// - Parameter framing: how the body will be sent, usually ``framing(for:)``; `.untilClose` requires
    ///   the note `.close`.
    package func append(
        toClient output: inout [UInt8], framing: BodyFraming, connection: ConnectionNote,
        adding added: AddedFields
    ) {
        output.reserveCapacity(output.count + bytes.count + added.bytes.count + 64)
        let head = bytes.span
        output.append("HTTP/1.1 ")
        output.append(decimal: UInt64(status))
        output.append(Byte.space)
        output.append(head, reason.range)
        output.append("\r\n")
        HeadWriter.appendFields(
            section, of: head, to: &output, without: .notReturned, replacedBy: added)
        if framing == .none, let declaredLength {
            HeadWriter.appendFraming(.length(declaredLength), to: &output)
        }
        ResponseWriter.appendEnd(framing, connection, added, to: &output)
    }
}
