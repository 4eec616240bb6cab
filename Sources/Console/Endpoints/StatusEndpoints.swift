// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Hummingbird

/// How the proxy stands, for programs.
struct StatusEndpoints: EndpointGroup {
    let status: @Sendable () -> JSONValue

    var endpoints: [Endpoint] {
        [
            .get("/status") { _, _ in
                var text: [UInt8] = []
                CanonicalJSON.append(status(), to: &text)
                return .content(text, type: .json, .none)
            }
        ]
    }
}
