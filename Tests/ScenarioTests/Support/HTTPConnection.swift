// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A connection of a client that sends what it is told to, well-formed or not.
final class HTTPConnection {
    struct Answer {
        var status: Int
        /// By name in lower case; the last one of a name.
        var fields: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The uid of the access's record.
        var record: String? { fields["countersign-record"] }

        /// Whether nothing more can be asked over the connection.
        var closes: Bool { fields["connection"] == "close" }
    }

    private let socket: Socket
    private var buffer: [UInt8] = []

    init(port: Int, window: Int32? = nil) throws {
        socket = try .connected(to: port, window: window)
    }

    /// One exchange on a connection of its own.
    static func exchange(port: Int, _ request: String) throws -> Answer {
        try HTTPConnection(port: port).exchange(request)
    }

    /// Sends a request and reads its answer to the end.
    func exchange(_ request: String) throws -> Answer {
        try send(request)
        return try answer()
    }

    func send(_ request: String) throws { try socket.send(request) }

    /// Reads the next answer to its end.
    func answer() throws -> Answer {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<end.upperBound)
                var answer = try Self.parse(head)
                answer.body = try body(of: answer)
                return answer
            }
            try more("of a head")
        }
    }

    private func body(of answer: Answer) throws -> [UInt8] {
        guard answer.status != 204, answer.status != 304 else { return [] }
        guard let length = answer.fields["content-length"].flatMap({ Int($0) }) else {
            throw ScenarioFault("an answer without Content-Length: \(answer)")
        }
        while buffer.count < length { try more("of a body") }
        defer { buffer.removeFirst(length) }
        return Array(buffer[..<length])
    }

    private func more(_ what: String) throws {
        let bytes = try socket.receive()
        guard !bytes.isEmpty else { throw ScenarioFault("closed in the middle \(what)") }
        buffer += bytes
    }

    private static func parse(_ head: String) throws -> Answer {
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw ScenarioFault("not an answer: \(head)") }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        return Answer(status: status, fields: fields, body: [])
    }
}
