// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where the time of a request goes; the raw order is that of a request that goes through all of them.
package enum RequestPhase: Int, CaseIterable, Sendable {
    /// Finding out who is asking.
    case identify
    /// Routing, rules, limits.
    case decide
    /// Waiting for the durable record before anything is forwarded.
    case recordAhead
    /// Getting a connection to the service.
    case connect
    /// From the first byte sent to the service to the end of its answer.
    case service
    /// Waiting for the durable record of the outcome.
    case record

    /// The value of the label `phase`.
    package var label: String {
        switch self {
        case .identify: "identify"
        case .decide: "decide"
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
    /// Open connections, idle ones among them.
    case connections
    case idle
    /// Requests that wait for a connection.
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
                "Requests that wait for a connection to the service."
            )
        }
    }
}
