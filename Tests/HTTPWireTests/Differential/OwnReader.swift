// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire

/// Reads a connection with the codec of this package.
struct OwnReader: ~Copyable {
    private var connection = ReadConnection()
    private var body: BodyDecoder?
    private var isClosed = false

    private mutating func readBody(_ piece: [UInt8], _ at: inout Int) throws(ChunkFault) {
        while var decoder = body {
            let event = try decoder.next(in: piece.span, at: &at)
            body = decoder
            let last = connection.messages.count - 1
            switch event {
            case .data(let range): connection.messages[last].body += piece[range]
            case .needsMore: return
            case .end:
                connection.messages[last].isComplete = true
                isClosed = !connection.messages[last].keepsAlive
                body = nil
            }
        }
    }

    /// What is read of requests until the first fault or the end of the last one that may stand here.
    static func requests(_ pieces: [[UInt8]]) -> ReadConnection {
        var reader = OwnReader()
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        do {
            for piece in pieces {
                var at = 0
                repeat {
                    try reader.readBody(piece, &at)
                    guard reader.body == nil, !reader.isClosed, at < piece.count else { break }
                    switch try parser.consume(piece.span.extracting(at..<piece.count)) {
                    case .incomplete: at = piece.count
                    case .complete(let head, let consumed):
                        at += consumed
                        reader.begin(head)
                    }
                } while reader.body != nil || at < piece.count
            }
        } catch let fault as RequestFault {
            reader.connection.fault = fault.kind.rawValue
        } catch let fault as ChunkFault {
            reader.connection.fault = fault.kind.rawValue
        } catch {
            reader.connection.fault = "\(error)"
        }
        return reader.connection
    }

    private mutating func begin(_ head: RequestHead) {
        connection.messages.append(
            ReadMessage(
                start: head.string(of: head.methodToken)
                    + (head.version == .http11 ? " 1.1" : " 1.0"),
                target: head.string(of: head.target),
                fields: head.fields.map {
                    head.string(of: $0.name) + ": " + head.string(of: $0.value)
                }, keepsAlive: head.keepsAlive))
        body = BodyDecoder(head.framing, .request, limits: .standard)
    }

    /// What is read of the one response to a request of this method; the connection ends after it.
    static func response(_ pieces: [[UInt8]], to method: String) -> ReadConnection {
        var reader = OwnReader()
        var parser = ResponseHeadParser(limits: .answers)
        var written: ResponseHead?
        let asked: Method = method == "HEAD" ? .head : method == "POST" ? .post : .get
        do {
            for piece in pieces {
                var at = 0
                if reader.connection.messages.isEmpty {
                    switch try parser.consume(piece.span, answering: asked) {
                    case .incomplete: continue
                    case .complete(let head, let consumed):
                        at = consumed
                        reader.begin(head)
                        written = head
                    }
                }
                try reader.readBody(piece, &at)
            }
            if let body = reader.body, body.mayEndWithConnection {
                reader.connection.messages[0].isComplete = true
            }
        } catch let fault as ResponseFault {
            reader.connection.fault = fault.kind.rawValue
        } catch let fault as ChunkFault {
            reader.connection.fault = fault.kind.rawValue
        } catch {
            reader.connection.fault = "\(error)"
        }
        reader.writeAnew(written)
        return reader.connection
    }

    /// Writes a complete answer as it would go to a client.
    private mutating func writeAnew(_ head: ResponseHead?) {
        guard let head, let message = connection.messages.first, message.isComplete else { return }
        let framing = head.framing(for: .http11)
        var output: [UInt8] = []
        head.append(
            toClient: &output, framing: framing, connection: .implied, adding: AddedFields())
        if framing == .chunked {
            if !message.body.isEmpty {
                output.append(addingCapacity: ChunkEncoder.longestSizeLine) {
                    ChunkEncoder.appendSizeLine(message.body.count, to: &$0)
                }
                output += message.body + ChunkEncoder.lineEnd
            }
            output += ChunkEncoder.end
        } else {
            output += message.body
        }
        connection.written = output
    }

    private mutating func begin(_ head: ResponseHead) {
        connection.messages.append(
            ReadMessage(
                start: (head.version == .http11 ? "1.1 " : "1.0 ") + "\(head.status)",
                fields: head.fields.map {
                    head.string(of: $0.name) + ": " + head.string(of: $0.value)
                }, keepsAlive: head.keepsAlive))
        body = BodyDecoder(head.framing, .response, limits: .standard)
    }
}
