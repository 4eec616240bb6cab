// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// `host` of an upstream: which `Host` the service is told.
package enum HostHeader: Hashable, Sendable {
    /// The client's, so that the service's own links lead back here.
    case preserve
    /// The service's, from its URL; the client's goes into `X-Forwarded-Host` in any case.
    case service
    /// This host, and perhaps port, that the service knows itself by.
    case literal(String)

    var text: String {
        switch self {
        case .preserve: "preserve"
        case .service: "service"
        case .literal(let authority): authority
        }
    }

    init(_ text: String) throws(Complaint) {
        switch text {
        case "preserve": self = .preserve
        case "service": self = .service
        case "upstream": throw Complaint("`upstream` is called `service`")
        default:
            let url: ServiceURL
            do throws(Complaint) {
                url = try ServiceURL("http://" + text)
            } catch {
                throw Complaint(
                    "expected preserve, service, or a host such as app.example.com or app.example.com:8443, "
                        + "found `\(text)`")
            }
            let isPortGiven = text.hasSuffix(":\(url.port)")
            let host = url.host.contains(":") ? "[\(url.host)]" : url.host
            self = .literal(isPortGiven ? "\(host):\(url.port)" : host)
        }
    }
}

extension Form where Value == HostHeader {
    static let hostHeader = Form.scalar(
        "preserve, service or a host", write: { .string($0.text) }
    ) { text throws(Complaint) in try HostHeader(text) }
}
