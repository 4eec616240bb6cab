// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// What is here, for people who look.
struct IndexEndpoints: EndpointGroup {
    /// What other rooms say of their endpoints.
    let announcements: String

    private static let beginning = """
        Countersign, admin address

        /healthz            is the process up? (200 ok)
        /readyz             does the log take records? (200 ready, 503 not ready)
        /status             how the proxy stands, JSON
        /status/after/N     the same, once the log has more than N records
        /metrics            what it counts, Prometheus text format or OpenMetrics
        /tlog/checkpoint    the newest signed checkpoint, C2SP tlog-checkpoint
        /tlog/tile/         the log's tiles and entries, C2SP tlog-tiles
        /tlog/log.vkey      the log's public key

        """
    private static let end = """

        /login              where people with an account log in; programs send an access token
        /session            who is logged in, and what they may
        /accounts           the accounts of those who look
        /accounts/tokens    their access tokens

        Status, metrics and the log are open to whoever reaches this address, unless
        admin.open says otherwise: keep it on loopback, or close them.
        """

    var endpoints: [Endpoint] {
        [
            .get("/", .everybody) { _, _ in
                .text(Self.beginning + announcements + Self.end)
            }
        ]
    }
}
