// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Transport

/// One request of the demo's people, byte for byte, and the status it should get.
struct DemoRequest: Sendable {
    let title: SafeText
    let bytes: String
    let expected: Int

    /// A well-formed request.
    static func http(
        _ title: SafeText, _ line: String, key: String? = nil, body: String? = nil, expecting: Int
    ) -> DemoRequest {
        var text = "\(line) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: countersign-demo\r\n"
        text += "Connection: close\r\n"
        if let key { text += "X-Api-Key: \(key)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return DemoRequest(title: title, bytes: text + "\r\n" + (body ?? ""), expected: expecting)
    }

    /// What the demo plays: allowed, denied, anonymous, attacks, and more than the limit admits.
    static func all(alice: String, bob: String) -> [DemoRequest] {
        let smuggled =
            "POST /invoices HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(bob)\r\nContent-Length: 4\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /invoices/666 HTTP/1.1\r\n\r\n"
        var requests = [
            http("Alice reads an invoice", "GET /invoices/1", key: alice, expecting: 200),
            http(
                "the billing job writes one", "POST /invoices", key: bob, body: "{\"total\":7}",
                expecting: 201),
            http("Alice deletes one", "DELETE /invoices/1", key: alice, expecting: 403),
            http("nobody in particular", "GET /invoices/1", expecting: 401),
            http(
                "a key that nobody gave out", "GET /invoices/1",
                key: "csk_aaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", expecting: 401),
            http("a path that climbs", "GET /invoices/..%2fadmin", key: alice, expecting: 400),
            DemoRequest(title: "a smuggled request", bytes: smuggled, expected: 400),
        ]
        // Reports have a limit of their own, so that Alice can go on with invoices after the tour.
        for number in 1...4 {
            requests.append(
                http("Alice fetches a report", "GET /reports/\(number)", key: alice, expecting: 200)
            )
        }
        requests.append(
            http("Alice once too often", "GET /reports/5", key: alice, expecting: 429))
        return requests
    }

    /// Sends the request and reads the answer to its end.
    ///
    /// - Returns: the status, and the uid of the record.
    func send(to host: String, port: Int) async throws(CommandFailure) -> (
        status: Int, record: String
    ) {
        let answer: String
        do {
            answer = try await PlainExchange.send(bytes, to: host, port: port)
        } catch {
            throw CommandFailure(
                .unavailable,
                "the demo's request did not get through: \(SocketProblem(error).words)."
            )
        }
        let lines = answer.split(separator: "\r\n", omittingEmptySubsequences: false)
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let name = "countersign-record: "
        let record = lines.first { $0.lowercased().hasPrefix(name) }?.dropFirst(name.count) ?? ""
        return (status, String(record))
    }
}
