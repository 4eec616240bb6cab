// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a request waits for; the raw order is that of a request that waits for all of it.
///
/// What needs no waiting (parsing, routing, rules, limits) takes microseconds and is no phase.
package enum RequestPhase: Int, CaseIterable, Sendable {
    /// A credential is verified by another thread.
    case identify
    /// The record that must be durable before anything is forwarded.
    case recordAhead
    /// A new connection to the service.
    case connect
    /// The service: from sending it the head to the end of its answer.
    case service
    /// The durable record of the outcome.
    case record

    /// The value of the label `phase`.
    package var label: String {
        switch self {
        case .identify: "identify"
        case .recordAhead: "record_ahead"
        case .connect: "connect"
        case .service: "service"
        case .record: "record"
        }
    }
}

/// How a TLS handshake ended; of clients with us, and of us with services.
package enum HandshakeResult: Int, CaseIterable, Sendable {
    case completed
    case failed

    /// The value of the label `result`.
    package var label: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        }
    }
}

/// What a pool of connections to a service has now.
package enum PoolGauge: Int, CaseIterable, Sendable {
    /// Open connections, including idle ones.
    case connections
    case idle
    /// Connections that are being made, each for a request.
    case waiting

    var metric: (name: String, help: String) {
        switch self {
        case .connections:
            ("countersign_upstream_pool_connections", "Open connections to the service.")
        case .idle:
            (
                "countersign_upstream_pool_idle",
                "Open connections to the service that serve no request now."
            )
        case .waiting:
            (
                "countersign_upstream_pool_waiting",
                "Requests for which a connection to the service is being made."
            )
        }
    }
}
