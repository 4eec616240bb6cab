// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What a record's `http` holds besides the host: nothing that names a resource.
package struct HTTPFacts: Sendable {
    /// `http.scheme`.
    package enum Scheme: String, CaseIterable, Sendable {
        case http
        case https
    }

    /// `http.version` between client and proxy.
    package enum Version: String, CaseIterable, Sendable {
        case http10 = "1.0"
        case http11 = "1.1"
        case http2 = "2"
        case http3 = "3"
    }

    /// Nil if no method could be read.
    package var method: Method?
    package var scheme: Scheme?
    package var version: Version?
    /// The route's template, never the raw path; nil before routing.
    package var route: EncodedRoute?
    /// Status of the answer that the client got; nil if it got none.
    package var status: UInt16?
    /// Status of the service's answer.
    package var upstreamStatus: UInt16?
    /// `http.version` between proxy and service, if different.
    package var upstreamVersion: Version?
    /// Who reset the stream, if anybody did.
    package var reset: StreamReset?
    /// Content bytes received from the client and passed on.
    package var requestSize: UInt64?
    /// Content bytes sent to the client, of the service's answer or our own.
    package var responseSize: UInt64?

    package init(
        method: Method?, scheme: Scheme?, version: Version?, route: EncodedRoute?,
        status: UInt16? = nil, upstreamStatus: UInt16? = nil, requestSize: UInt64? = nil,
        responseSize: UInt64? = nil, upstreamVersion: Version? = nil, reset: StreamReset? = nil
    ) {
        self.method = method
        self.scheme = scheme
        self.version = version
        self.route = route
        self.status = status
        self.upstreamStatus = upstreamStatus
        self.requestSize = requestSize
        self.responseSize = responseSize
        self.upstreamVersion = upstreamVersion
        self.reset = reset
    }
}

/// A route template as records write it, encoded once per route.
package struct EncodedRoute: Hashable, Sendable {
    let text: EncodedText

    /// - Parameter template: such as `/v1/invoices/{id}`, not empty.
    package init(_ template: String) { text = EncodedText(template) }
}
