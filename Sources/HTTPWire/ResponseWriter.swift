// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Writes the heads of this proxy's own answers.
package enum ResponseWriter {
    /// `HTTP/1.1 100 Continue` with its empty line.
    package static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Writes a whole head after other bytes.
    ///
    /// - Parameter framing: `.untilClose` requires the note `.close`.
    package static func append(
        to output: inout [UInt8], status: UInt16, framing: BodyFraming,
        connection: ConnectionNote, adding added: AddedFields
    ) {
        precondition((200...599).contains(status), "AnswersAreFinal: status \(status)")
        output.append(atMost: 192 + added.bytes.count) { output in
            output.append("HTTP/1.1 ")
            output.append(decimal: UInt64(status))
            output.append(Byte.space)
            output.append(phrase(status))
            output.append("\r\n")
            appendEnd(framing, connection, added, to: &output, last: { _ in })
        }
    }

    /// Framing, connection and added fields, what `last` writes, and the empty line.
    static func appendEnd(
        _ framing: BodyFraming, _ connection: ConnectionNote, _ added: AddedFields,
        to output: inout OutputSpan<UInt8>, last: (inout OutputSpan<UInt8>) -> Void
    ) {
        HeadWriter.appendFraming(framing, to: &output)
        switch connection {
        case .implied:
            precondition(framing != .untilClose, "OpenEndsClose: no end of the body and none said")
        case .keepAlive:
            precondition(framing != .untilClose, "OpenEndsClose: no end of the body and none said")
            output.append("Connection: keep-alive\r\n")
        case .close:
            output.append("Connection: close\r\n")
        }
        HeadWriter.appendAdded(added, to: &output)
        last(&output)
        output.append("\r\n")
    }

    /// The reason phrase of a status that this proxy answers with (RFC 9110 §15); empty for others.
    package static func phrase(_ status: UInt16) -> StaticString {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
