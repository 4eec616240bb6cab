// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The service behind the proxy: it answers every request with a few bytes, on a port that was free.
final class InvoiceService: Sendable {
    static let answer = "{\"total\":7}"

    let port: Int
    private let listener: Socket
    private let connections: Monitor<[Socket]?>
    private let traces: Monitor<[String]> = Monitor([])

    /// The uid of the record of each request that came here, whose client named no trace of its own: the
    /// proxy then names the uid as the trace.
    var reached: [String] { traces.with { $0 } }

    /// - Parameter answer: the body of every answer.
    convenience init(answer: String = answer) throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"
        try self.init { _ in text }
    }

    /// - Parameter answer: every byte of what a request with this head is answered with.
    init(_ answer: @escaping @Sendable (_ head: String) -> String) throws {
        (listener, port) = try Socket.listening()
        connections = Monitor([])
        let (listener, connections, traces) = (listener, connections, traces)
        Thread.detachNewThread {
            while let socket = listener.accepted() {
                let isOpen = connections.with { open in
                    open?.append(socket)
                    return open != nil
                }
                guard isOpen else { return }
                Thread.detachNewThread { Self.serve(socket, answer, traces) }
            }
        }
    }

    deinit {
        listener.shutDown()
        connections.with { open in
            for socket in open ?? [] { socket.shutDown() }
            open = nil
        }
    }

    /// Requests come from the proxy: one head each, and no more body than their Content-Length.
    private static func serve(
        _ socket: Socket, _ answer: @Sendable (String) -> String, _ traces: Monitor<[String]>
    ) {
        var buffer: [UInt8] = []
        let mark = Array("\r\n\r\n".utf8)
        do {
            while true {
                let bytes = try socket.receive()
                guard !bytes.isEmpty else { return }
                buffer += bytes
                while let end = buffer.firstRange(of: mark) {
                    let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                    if let uid = uid(head) { traces.with { $0.append(uid) } }
                    let length =
                        head.lowercased().firstMatch(of: /content-length: (\d+)/)
                        .flatMap { Int($0.1) } ?? 0
                    guard buffer.count >= end.upperBound + length else { break }
                    buffer.removeSubrange(..<(end.upperBound + length))
                    try socket.send(answer(head))
                }
            }
        } catch {
            // The proxy was killed, which is what some scenarios are about.
            return
        }
    }

    private static func uid(_ head: String) -> String? {
        guard let trace = head.firstMatch(of: /traceparent: 00-([0-9a-f]{32})-/)?.1 else {
            return nil
        }
        var (uid, rest) = ("", trace)
        for length in [8, 4, 4, 4, 12] {
            uid += (uid.isEmpty ? "" : "-") + rest.prefix(length)
            rest = rest.dropFirst(length)
        }
        return uid
    }
}
