// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Observability

/// What the proxy counts, in the requested form.
struct MetricsEndpoints: EndpointGroup {
    let metrics: @Sendable () -> [Metric]

    var endpoints: [Endpoint] {
        [
            .get("/metrics", .part(.metrics)) { request, _ in
                let form = Self.form(accepted: request.headers[.accept])
                var response = Response.content(
                    MetricsPage.text(of: metrics(), as: form).utf8, type: form.contentType, .none)
                response.headers[.vary] = "Accept"
                return response
            }
        ]
    }

    /// OpenMetrics for clients that accept it by name, as Prometheus does; all others get the older form.
    static func form(accepted: String?) -> MetricsPage.Form {
        let isOpenMetrics =
            accepted?.split(separator: ",").contains { member in
                let parameters = member.lowercased().split(separator: ";").map {
                    $0.filter { $0 != " " && $0 != "\t" }
                }
                return parameters.first == "application/openmetrics-text"
                    && !parameters.contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
            } ?? false
        return isOpenMetrics ? .openMetrics : .prometheus
    }
}
