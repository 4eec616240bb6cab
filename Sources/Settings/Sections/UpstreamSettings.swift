// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `services[].upstream`: the service behind the proxy and how it is reached.
package struct UpstreamSettings: Hashable, Sendable {
    /// `url`, required.
    package var url: ServiceURL
    /// `ca`, default the system's: PEM, who may issue the service's certificate.
    package var ca: ResolvedPath?
    /// `tls_verify`, default true: whether the certificate is checked. Records show where it is
    /// not.
    package var verifiesTLS: Bool
    /// `timeout`, default 60s, 100ms to 1h: from the end of a request, or from an interim answer, to the
    /// head of the answer, and within an answer the longest silence.
    package var timeout: Duration
    /// `stream_timeout`, default none, 100ms to 24h: the longest silence of an answer that is a stream of
    /// events (`text/event-stream`), in the place of ``timeout``.
    package var streamTimeout: Duration?
    /// `connect_timeout`, default 5s, 100ms to 2m: for connecting, TLS included.
    package var connectTimeout: Duration
    /// `idle_timeout`, default 30s, 100ms to 1h: how long an unused connection is kept. Shorter
    /// than the service's own is best.
    package var idleTimeout: Duration
    /// `pool_size`, default 64, 0 to 10000: unused connections kept per event loop; 0: none is used
    /// twice.
    package var poolSize: Int
    /// `host`, default preserve: the `Host` that the service is told. URLs by which an answer leads back to
    /// the service lead to this proxy instead, whichever it is.
    package var host: HostHeader
    /// `max_header_bytes`, default 256KiB, 1KiB to 16MiB: head of an answer. Beyond: 502.
    package var maxHeaderBytes: ByteCount
    /// `max_headers`, default 256, 1 to 10000: fields of an answer. Beyond: 502.
    package var maxHeaders: Int

    static let section = Section(
        start: UpstreamSettings(
            url: .placeholder, ca: nil, verifiesTLS: true, timeout: .seconds(60),
            streamTimeout: nil, connectTimeout: .seconds(5), idleTimeout: .seconds(30),
            poolSize: 64, host: .preserve, maxHeaderBytes: .kibi(256), maxHeaders: 256),
        fields: [
            Field("url", \.url, .serviceURL, isRequired: true),
            Field("ca", \.ca, .optional(.path)),
            Field("tls_verify", \.verifiesTLS, .flag),
            Field("timeout", \.timeout, .duration(.milliseconds(100) ... .seconds(3600))),
            Field(
                "stream_timeout", \.streamTimeout,
                .optional(.duration(.milliseconds(100) ... .seconds(86_400)))),
            Field(
                "connect_timeout", \.connectTimeout,
                .duration(.milliseconds(100) ... .seconds(120))),
            Field(
                "idle_timeout", \.idleTimeout, .duration(.milliseconds(100) ... .seconds(3600))),
            Field("pool_size", \.poolSize, .integer(0...10_000)),
            Field("host", \.host, .hostHeader),
            Field("max_header_bytes", \.maxHeaderBytes, .byteCount(.kibi(1) ... .mebi(16))),
            Field("max_headers", \.maxHeaders, .integer(1...10_000)),
        ],
        notAvailable: ["forbid_private_redirects"],
        checks: [
            Check("url", "ca", "tls_verify") { upstream, place, reading in
                if upstream.url.scheme == .http {
                    if upstream.ca != nil {
                        reading.note(
                            .conflict, at: place.nearest("ca"),
                            "`ca` has no effect on http; make the URL https or leave it out")
                    }
                    if !upstream.verifiesTLS {
                        reading.note(
                            .conflict, at: place.nearest("tls_verify"),
                            "`tls_verify` has no effect on http; leave it out")
                    }
                } else if upstream.ca != nil, !upstream.verifiesTLS {
                    reading.note(
                        .conflict, at: place.nearest("ca"),
                        "`ca` has no effect while `tls_verify` is false")
                }
            }
        ])
}
