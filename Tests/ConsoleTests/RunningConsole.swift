// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Console
import LogReading
import Logging
import Observability
import SystemPackage
import Testing

/// A console over a small log on a port of its own, running while a test asks it.
enum RunningConsole {
    static func with(
        obstacle: String? = nil, entries: [String] = ["first", "second"],
        growth: @escaping @Sendable (UInt64) async -> Void = { _ in },
        accounts: ConsoleAccounts? = nil, names: [String] = [],
        open: Set<OpenPart> = Set(OpenPart.allCases), others: [any EndpointGroup] = [],
        frame: ConsoleFrame = .plain,
        _ body: (Int, SmallLog) async throws -> Void
    ) async throws {
        let log = try SmallLog(entries)
        let accounts = try accounts ?? ConsoleAccounts([:])
        let logger = Logger(label: "test") { _ in accounts.hearing }
        let directory = FilePath(log.folder)
        var sources = ConsoleSources(
            log: { try StaticLog(LogSnapshot(directory: directory)) }, keys: { [log.key] },
            obstacle: { obstacle },
            status: { .object([JSONMember("size", .integer(2))]) }, growth: growth,
            metrics: {
                [
                    Metric(
                        "test_total", help: "A test.", kind: .counter,
                        samples: [.init(7, labels: [.init("name", "a\"b\\c\nd")])])
                ]
            }, accounts: accounts.office)
        sources.frame = frame
        let console = try await Console.start(
            host: "127.0.0.1", port: 0, hosts: AllowedHosts(names: names), open: open,
            sources: sources, others: others, logger: logger)
        do {
            try await body(console.port, log)
            try await console.stop()
        } catch {
            try await console.stop()
            throw error
        }
    }

    /// Asks once; the head in lower case, and the body.
    static func get(
        _ port: Int, _ path: String, method: String = "GET", host: String = "127.0.0.1",
        fields: String = ""
    ) async -> (head: String, body: String) {
        await send(
            port,
            "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(fields)\r\n")
    }

    /// Posts once.
    ///
    /// - Parameter form: what is sent; JSON unless the fields name another type.
    static func post(
        _ port: Int, _ path: String, _ form: String, host: String = "127.0.0.1",
        fields: String = "Content-Type: application/json\r\n"
    ) async -> (head: String, body: String) {
        await send(
            port,
            "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(fields)"
                + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)")
    }

    /// The same, byte for byte.
    static func send(_ port: Int, _ request: String) async -> (head: String, body: String) {
        let answer = await RawExchange.with(port: port, request)
        guard let end = answer.firstRange(of: "\r\n\r\n") else { return (answer, "") }
        return (String(answer[..<end.lowerBound]).lowercased(), String(answer[end.upperBound...]))
    }
}
