// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPWire

/// Where a service is and how it is spoken to.
package struct UpstreamConfiguration: Hashable, Sendable {
    /// What the service finds in `Host`.
    package enum HostField: Hashable, Sendable {
        /// The client's.
        case preserved
        /// Its own name and port, as configured here.
        case own
        /// A name, and perhaps a port, that it knows itself by.
        case literal(String)
    }

    /// The service's name, for operational messages.
    package var name: String
    /// A host name or IP address, never taken from a request.
    package var host: String
    package var port: UInt16
    /// Nil: plain text.
    package var tls: UpstreamTLS?
    package var hostField: HostField
    /// How much of an answer's head and of its chunks' framing is read.
    package var limits = Limits.answers
    package var timeouts = UpstreamTimeouts()
    package var pool = UpstreamPoolLimits()
    /// Whether the service gets the credential that identified the caller; otherwise it never does.
    package var forwardsCredentials = false
    /// Names of fields that the service does not get, besides those that no service gets.
    package var removedFields: [String] = []
    /// Names of fields that the service gets although a client can forge them.
    package var keptFields: [String] = []
    /// Under which name `Via` says that messages have passed this proxy; nil: it does not.
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
}

/// How long a service may take.
package struct UpstreamTimeouts: Hashable, Sendable {
    /// Connecting, with name resolution and TLS handshake; 5 s.
    package var connect = Duration.seconds(5)
    /// From the last byte of the request, or from an interim answer, to the head of the answer; 60 s.
    package var head = Duration.seconds(60)
    /// Between two pieces of an answer's body; 60 s.
    package var body = Duration.seconds(60)
    /// The same for an answer that is a stream of events; nil: it may be silent for ever.
    package var eventStream: Duration?

    package init() {}
}

/// How many connections to a service are kept, per event loop.
package struct UpstreamPoolLimits: Hashable, Sendable {
    /// Connections kept while no request uses them; 64.
    package var mostIdle = 64
    /// Shorter than the service's own, or its closing meets our next request; 30 s.
    package var idleTimeout = Duration.seconds(30)
    /// A connection is not used again after this, so that a changed address is noticed; 10 min.
    package var mostAge = Duration.seconds(600)

    package init() {}
}

/// How a service proves who it is.
package struct UpstreamTLS: Hashable, Sendable {
    package enum Verification: Hashable, Sendable {
        /// Chain and name are checked; authorities in PEM, or nil for those of the system.
        case full(authorities: [UInt8]?)
        /// Nothing is checked: anybody in between can be the service. Every record says so.
        case off
    }

    package var verification: Verification
    /// The name that is asked for and checked; nil: the upstream's host.
    package var serverName: String?

    package init(verification: Verification, serverName: String?) {
        self.verification = verification
        self.serverName = serverName
    }
}
