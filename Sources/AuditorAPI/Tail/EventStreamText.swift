// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Server-sent events as they are written (WHATWG HTML §9.2): blocks of lines, each ended by an empty one.
///
/// A block without `data` is no event for a browser, which remembers its `id` all the same.
struct EventStreamText {
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// How long a client waits before it comes again.
    mutating func append(retryAfter milliseconds: Int) {
        append("retry: \(milliseconds)\n\n")
    }

    /// Something on the line for whatever stands between, and for whoever counts seconds.
    mutating func append(comment text: String) {
        append(": \(text)\n\n")
    }

    /// From where a client goes on if it has to come again.
    mutating func append(id: UInt64) {
        append("id: \(id)\n\n")
    }

    /// An event.
    ///
    /// - Parameters:
    ///   - type: nil for a `message`.
    ///   - id: nil where the client is to go on from where it was.
    ///   - data: each of its lines becomes one; what ends a line there is told as `\n`.
    mutating func append(event type: String?, id: UInt64?, data: [UInt8]) {
        if let type { append("event: \(type)\n") }
        if let id { append("id: \(id)\n") }
        var start = data.startIndex
        var place = start
        func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
        while place < data.endIndex {
            guard isEnd(data[place]) else {
                place += 1
                continue
            }
            append(line: data[start..<place])
            let isPair = data[place] == 0x0D && place + 1 < data.endIndex && data[place + 1] == 0x0A
            place += isPair ? 2 : 1
            start = place
        }
        append(line: data[start...])
        bytes.append(0x0A)
    }

    /// The same with a value as its data.
    mutating func append(event type: String, id: UInt64?, json value: JSONValue) {
        var data: [UInt8] = []
        JSONText.append(value, to: &data)
        append(event: type, id: id, data: data)
    }

    private mutating func append(line: ArraySlice<UInt8>) {
        append("data: ")
        bytes += line
        bytes.append(0x0A)
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }
}
