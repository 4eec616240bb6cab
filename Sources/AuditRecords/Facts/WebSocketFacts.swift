// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// What went through a WebSocket: `websocket` of the record.
package struct WebSocketFacts: Sendable {
    /// Frames of one direction by opcode.
    package struct Frames: Hashable, Sendable {
        package var binary: UInt64 = 0
        package var close: UInt64 = 0
        package var continuation: UInt64 = 0
        package var ping: UInt64 = 0
        package var pong: UInt64 = 0
        package var text: UInt64 = 0

        package init() {}
    }

    /// What one side sent.
    package struct Direction: Hashable, Sendable {
        package var frames = Frames()
        /// Bytes of content.
        package var bytes: UInt64 = 0

        package init() {}
    }

    package var client: Direction
    package var service: Direction
    /// Code of the first close frame, or the one for its absence (RFC 6455 §7.4).
    package var close: UInt16?
    package var closedBy: ClosingSide?

    package init(
        client: Direction, service: Direction, close: UInt16?, closedBy: ClosingSide?
    ) {
        self.client = client
        self.service = service
        self.close = close
        self.closedBy = closedBy
    }

    /// Writes the member `websocket` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""websocket":{"#) { text in
            text.putObject(#""bytes":{"#) { text in
                text.put(#""client":"#, client.bytes)
                text.put(#""service":"#, service.bytes)
            }
            text.put(#""close":"#, close.map(UInt64.init))
            text.put(#""closed_by":"#, word: closedBy?.rawValue)
            text.putObject(#""frames":{"#) { text in
                text.putObject(#""client":{"#) { client.frames.write(to: &$0) }
                text.putObject(#""service":{"#) { service.frames.write(to: &$0) }
            }
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] =
        [
            ("websocket.bytes.client", .integer(RecordSchema.whole)),
            ("websocket.bytes.service", .integer(RecordSchema.whole)),
            ("websocket.close", .integer(0...65_535)),
            ("websocket.closed_by", .text),
        ]
        + ["client", "service"].flatMap { side in
            ["binary", "close", "continuation", "ping", "pong", "text"].map {
                ("websocket.frames.\(side).\($0)", .integer(RecordSchema.whole))
            }
        }
}

extension WebSocketFacts.Frames {
    /// Writes the opcodes that occurred.
    fileprivate func write(to text: inout RecordText) {
        func put(_ name: StaticString, _ count: UInt64) {
            if count > 0 { text.put(name, count) }
        }
        put(#""binary":"#, binary)
        put(#""close":"#, close)
        put(#""continuation":"#, continuation)
        put(#""ping":"#, ping)
        put(#""pong":"#, pong)
        put(#""text":"#, self.text)
    }
}

/// Who ended a stream or a connection: `http.reset.by` and `websocket.closed_by`.
package enum ClosingSide: String, CaseIterable, Sendable {
    case client
    case service
    case proxy
}
