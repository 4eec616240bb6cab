// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// What is here, for people who look.
struct IndexEndpoints: EndpointGroup {
    private static let index = """
        Countersign, admin address

        /healthz            is the process up? (200 ok)
        /readyz             does the log take records? (200 ready, 503 not ready)
        /status             how the proxy stands, JSON
        /status/after/N     the same, once the log has more than N records
        /metrics            what it counts, Prometheus text format or OpenMetrics
        /tlog/checkpoint    the newest signed checkpoint, C2SP tlog-checkpoint
        /tlog/tile/         the log's tiles and entries, C2SP tlog-tiles
        /tlog/log.vkey      the log's public key

        Everything is read-only. There is no login here: keep this address on loopback, or
        behind something that asks who is there.
        """

    var endpoints: [Endpoint] {
        [.get("/") { _, _ in .text(Self.index) }]
    }
}
