// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads server-sent events as a browser does (WHATWG HTML §9.2.6), and remembers where to go on.
final class EventReader {
    struct Event: Equatable {
        var type: String
        var data: String
        /// The last id that was told when it came.
        var id: String
    }

    private var connection: Socket?
    private var arrived: [UInt8] = []
    private var line: [UInt8] = []
    private var type = ""
    private var data: String?
    private var heldID = ""
    private var events: [Event] = []
    /// What is sent as `Last-Event-ID` when it comes again.
    private(set) var lastID = ""
    private(set) var head = ""

    /// Connects, and reads the head of the answer.
    ///
    /// - Parameters:
    ///   - target: path and query.
    ///   - fields: of the request, besides `Last-Event-ID`; each with its line end.
    ///   - json: what is sent by POST; nil where nothing is.
    func connect(
        port: Int, _ target: String, _ fields: String, json: String? = nil, window: Int32? = nil
    ) throws {
        let socket = try Socket.connected(to: port, window: window)
        connection = socket
        (arrived, line, type, data, events) = ([], [], "", nil, [])
        heldID = lastID
        let last = lastID.isEmpty ? "" : "Last-Event-ID: \(lastID)\r\n"
        let body = json.map {
            "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)"
        }
        try socket.send(
            "\(json == nil ? "GET" : "POST") \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
                + "Accept: text/event-stream\r\n\(fields)\(last)\(body ?? "\r\n")")
        while true {
            if let end = arrived.firstRange(of: Array("\r\n\r\n".utf8)) {
                head = String(decoding: arrived[..<end.lowerBound], as: UTF8.self)
                arrived.removeSubrange(..<end.upperBound)
                return
            }
            let bytes = try socket.receive()
            guard !bytes.isEmpty else { throw ScenarioFault("closed before the head") }
            arrived += bytes
        }
    }

    var status: Int {
        head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// The next event; nil once the stream has ended.
    func next() throws -> Event? {
        while true {
            if !events.isEmpty {
                // What has arrived and was not taken yet comes again after a reconnect.
                let event = events.removeFirst()
                lastID = event.id
                return event
            }
            guard let connection else { return nil }
            if try takeChunks() { continue }
            let bytes = try connection.receive()
            guard !bytes.isEmpty else {
                self.connection = nil
                return nil
            }
            arrived += bytes
        }
    }

    /// Events up to one of a type, without it.
    func events(until type: String) throws -> (before: [Event], last: Event) {
        var before: [Event] = []
        while let event = try next() {
            if event.type == type { return (before, event) }
            before.append(event)
        }
        throw ScenarioFault("the stream ended without \(type): \(before.suffix(3))")
    }

    /// Goes away, as a client that is killed.
    func disconnect() { connection = nil }

    /// Takes whole chunks that have arrived; false where there is none.
    private func takeChunks() throws -> Bool {
        var took = false
        while let end = arrived.firstRange(of: Array("\r\n".utf8)) {
            let size = String(decoding: arrived[..<end.lowerBound], as: UTF8.self)
            guard let count = Int(size, radix: 16) else { throw ScenarioFault("chunk \(size)") }
            guard arrived.count >= end.upperBound + count + 2 else { return took }
            take(arrived[end.upperBound..<end.upperBound + count])
            arrived.removeSubrange(..<(end.upperBound + count + 2))
            took = true
            if count == 0 {
                connection = nil
                return true
            }
        }
        return took
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            take(line: String(decoding: line, as: UTF8.self))
            line = []
        }
    }

    private func take(line: String) {
        guard !line.isEmpty else { return dispatch() }
        guard !line.hasPrefix(":") else { return }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? String(parts[1]) : ""
        if value.hasPrefix(" ") { value.removeFirst() }
        switch parts[0] {
        case "event": type = value
        case "data": data = data.map { $0 + "\n" + value } ?? value
        case "id": heldID = value
        default: break
        }
    }

    private func dispatch() {
        defer { (type, data) = ("", nil) }
        guard let data else {
            if events.isEmpty { lastID = heldID }
            return
        }
        events.append(
            Event(type: type.isEmpty ? "message" : type, data: data, id: heldID))
    }
}
