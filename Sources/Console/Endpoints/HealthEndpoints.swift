// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// Whether the process is up, and whether it serves.
struct HealthEndpoints: EndpointGroup {
    /// Why no accesses are served now.
    let obstacle: @Sendable () -> String?

    var endpoints: [Endpoint] {
        [
            .get("/healthz", .everybody) { _, _ in .text("ok") },
            .get("/readyz", .everybody) { _, _ in
                obstacle().map { .text("not ready: \($0)", status: .serviceUnavailable) }
                    ?? .text("ready")
            },
        ]
    }
}
