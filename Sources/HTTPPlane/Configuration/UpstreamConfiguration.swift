// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPWire
package import Transport

/// Where a service is and how to talk to it.
package struct UpstreamConfiguration: Hashable, Sendable {
    /// The service's name, for operational messages.
    package var name: String
    /// A host name or IP address, never taken from a request.
    package var host: String
    package var port: UInt16
    /// Nil: plain text.
    package var tls: UpstreamTLS?
    package var hostField: HostField
    /// The most that is read of an answer's head and of its chunks' framing.
    package var limits = Limits.answers
    package var timeouts = UpstreamTimeouts()
    package var pool = UpstreamPoolLimits()
    /// Whether the service gets the credential that identified the caller; otherwise it never does.
    package var forwardsCredentials = false
    /// Names of fields that this service does not get, besides those that none gets.
    package var removedFields: [String] = []
    /// Names of fields that the service gets although a client can forge them.
    package var keptFields: [String] = []
    /// This proxy's name in `Via`; nil: no entry.
    package var via: String?

    package init(
        name: String, host: String, port: UInt16, tls: UpstreamTLS?, hostField: HostField
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.tls = tls
        self.hostField = hostField
    }

    /// Where it is reached, and how it is trusted.
    package func endpoint() throws(DataPlaneFault) -> ServiceEndpoint {
        try ServiceEndpoint(
            name: name, host: host, port: port, tls: tls, protocols: [.http11],
            connectTimeout: timeouts.connect)
    }
}
