// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

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
    /// Connections kept while no request uses them; 1,024, or what open files allow.
    package var mostIdle = 1024
    /// Must be shorter than the service's own, or it may close as our next request arrives; 30 s.
    package var idleTimeout = Duration.seconds(30)
    /// A connection is not reused after this, so that a changed address is noticed; 10 min.
    package var mostAge = Duration.seconds(600)

    package init() {}
}
