// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPWire

/// `services[].upstream`: the service behind the proxy and how it is reached.
package struct UpstreamSettings: Hashable, Sendable {
    package var url: ServiceURL
    /// PEM: who may issue the service's certificate; nil: the authorities that the system trusts.
    package var ca: ResolvedPath?
    /// Whether the certificate is checked. Records show where it is not.
    package var verifiesTLS = true
    package var timeouts = UpstreamTimeouts()
    package var pool = UpstreamPoolLimits()
    /// In any case, URLs in an answer that point to the service are made to point to this proxy.
    package var hostField = HostField.preserved
    /// Of an answer's head.
    package var limits = Limits.answers

    private static let timeouts: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)

    static let section = Section(
        start: UpstreamSettings(url: .placeholder),
        keys: [
            Key(
                "url", \.url, .serviceURL, isRequired: true,
                "Scheme, host and port; paths come from requests.",
                example: "https://billing.internal:8443"),
            Key(
                "ca", \.ca, .optional(.file), "PEM: who may issue the service's certificate.",
                example: "ca.pem", standard: "the system's"),
            Key(
                "tls_verify", \.verifiesTLS, .flag,
                "Whether the certificate is checked. Records show if it is not.",
                example: "false"),
            Key(
                "timeout", \.timeouts.silence, .duration(timeouts),
                "From the end of a request to the head of the answer, and the longest pause within an "
                    + "answer.", example: "30s"),
            Key(
                "stream_timeout", \.timeouts.eventStream,
                .optional(.duration(.milliseconds(100) ... .seconds(86_400))),
                "The longest silence of an answer that is a stream of events (`text/event-stream`).",
                example: "1h"),
            Key(
                "connect_timeout", \.timeouts.connect,
                .duration(.milliseconds(100) ... .seconds(120)), "For connecting, TLS included.",
                example: "2s"),
            Key(
                "idle_timeout", \.pool.idleTimeout, .duration(timeouts),
                "How long an unused connection is kept. Best shorter than the service's own limit.",
                example: "10s"),
            Key(
                "pool_size", \.pool.mostIdle, .integer(0...10_000),
                "Unused connections kept per event loop, as far as open files allow; 0: no connection is reused.",
                example: "16"),
            Key(
                "host", \.hostField, .hostField, "The `Host` that the service gets.",
                example: "service"),
            Key(
                "max_header_bytes", \.limits.headBytes, .bytes(.kibi(1) ... .mebi(16)),
                "The head of an answer. Beyond: 502.", example: "128KiB"),
            Key(
                "max_headers", \.limits.fields, .integer(1...10_000),
                "Fields of an answer. Beyond: 502.", example: "100"),
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

extension UpstreamTimeouts {
    /// The longest silence before an answer and within it: one setting for both.
    fileprivate var silence: Duration {
        get { head }
        set {
            head = newValue
            body = newValue
        }
    }
}
