// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import SignedNotes
import Verification

/// Answers requests for the console: a function of method, host and path, without a network.
struct ConsoleDesk: Sendable {
    private let sources: ConsoleSources
    private let hosts: AllowedHosts
    private let log: CurrentLog

    init(sources: ConsoleSources, hosts: AllowedHosts) {
        self.sources = sources
        self.hosts = hosts
        log = CurrentLog(sources.log)
    }

    /// Blocks while files are read.
    ///
    /// - Parameters:
    ///   - authority: what the request says it is for: `Host`.
    ///   - target: path and query; there is no query that means anything.
    func answer(method: String, authority: String?, target: String) throws -> ConsoleAnswer {
        // A page elsewhere can make a browser come here under a name of its own (DNS rebinding).
        guard let authority, hosts.contains(authority) else {
            return .text(421, "This address does not serve that host.")
        }
        guard method == "GET" || method == "HEAD" else {
            var answer = ConsoleAnswer.text(405, "Only GET and HEAD are served here.")
            answer.allow = "GET, HEAD"
            return answer
        }
        return try answer(path: target)
    }

    /// What is here, for people who look.
    static let index = """
        Countersign, admin address

        /healthz            is the process up? (200 ok)
        /readyz             does the log take records? (200 ready, 503 not ready)
        /status             how the proxy stands, JSON
        /metrics            what it counts, Prometheus text format
        /tlog/checkpoint    the newest signed checkpoint, C2SP tlog-checkpoint
        /tlog/tile/         the log's tiles and entries, C2SP tlog-tiles
        /tlog/log.vkey      the log's public key

        Everything is read-only. There is no login here: keep this address on loopback, or
        behind something that asks who is there.
        """

    private func answer(path: String) throws -> ConsoleAnswer {
        switch path {
        case "/": return .text(200, Self.index)
        case "/healthz": return .text(200, "ok")
        case "/readyz":
            return sources.obstacle().map { .text(503, "not ready: \($0)") } ?? .text(200, "ready")
        case "/status":
            var text: [UInt8] = []
            CanonicalJSON.append(sources.status(), to: &text)
            return ConsoleAnswer(200, "application/json", .none, text)
        case "/metrics":
            return ConsoleAnswer(
                200, "text/plain; version=0.0.4; charset=utf-8", .none,
                Array(sources.metrics().page.utf8))
        case "/tlog/log.vkey":
            let lines = sources.keys().map { $0.text + "\n" }.joined()
            return ConsoleAnswer(200, "text/plain; charset=utf-8", .seconds, Array(lines.utf8))
        default:
            guard path.hasPrefix("/tlog/"),
                let resource = LogResource(path: String(path.dropFirst(6))),
                let bytes = try log.bytes(of: resource)
            else { return .text(404, "There is nothing of this name.") }
            return resource == .checkpoint
                ? ConsoleAnswer(200, "text/plain; charset=utf-8", .seconds, bytes)
                : ConsoleAnswer(200, "application/octet-stream", .immutable, bytes)
        }
    }
}
