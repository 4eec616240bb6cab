// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `listen[].http`: limits on what one client may send and how slowly.
package struct HTTPSettings: Hashable, Sendable {
    /// `max_header_bytes`, default 64KiB, 1KiB to 1MiB: request line and header section together.
    /// Beyond: 431.
    package var maxHeaderBytes: ByteCount
    /// `max_headers`, default 100, 1 to 1000: header fields. Beyond: 431.
    package var maxHeaders: Int
    /// `max_target`, default 8KiB, 256B to 64KiB: the request target. Beyond: 414.
    package var maxTarget: ByteCount
    /// `max_body`, default none, up to 1024GiB: a request's body; 0B: no request may have one. Bodies
    /// stream, so that a large one costs no memory. Beyond: 413.
    package var maxBody: ByteCount?
    /// `header_timeout`, default 10s, 100ms to 10m: from the first byte of a head to its last.
    /// Beyond: 408.
    package var headerTimeout: Duration
    /// `body_timeout`, default 30s, 100ms to 1h: the longest pause within a body. Beyond: 408.
    package var bodyTimeout: Duration
    /// `min_body_rate`, default 240B a second, up to 1GiB: the least average rate of a body,
    /// measured after ``bodyTimeout``; 0B: any.
    package var minBodyRate: ByteCount
    /// `idle_timeout`, default 60s, 100ms to 1h: how long a connection is kept between requests.
    package var idleTimeout: Duration
    /// `write_timeout`, default 30s, 100ms to 1h: how long a client may not read while an answer
    /// waits.
    package var writeTimeout: Duration
    /// `max_connections`, default 10000, 1 to 1000000: open at once on this listener. Beyond: 503.
    package var maxConnections: Int
    /// `max_connections_per_peer`, default 1024, 0 to 1000000: from one address or IPv6 /64; 0: no
    /// limit of its own.
    package var maxConnectionsPerPeer: Int

    private static let timeouts: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)

    static let section = Section(
        start: HTTPSettings(
            maxHeaderBytes: .kibi(64), maxHeaders: 100, maxTarget: .kibi(8), maxBody: nil,
            headerTimeout: .seconds(10), bodyTimeout: .seconds(30),
            minBodyRate: ByteCount(bytes: 240), idleTimeout: .seconds(60),
            writeTimeout: .seconds(30), maxConnections: 10_000, maxConnectionsPerPeer: 1_024),
        fields: [
            .fixed("h2", false),
            Field("max_header_bytes", \.maxHeaderBytes, .byteCount(.kibi(1) ... .mebi(1))),
            Field("max_headers", \.maxHeaders, .integer(1...1000)),
            Field(
                "max_target", \.maxTarget, .byteCount(ByteCount(bytes: 256) ... .kibi(64))),
            Field("max_body", \.maxBody, .optional(.byteCount(.kibi(0) ... .gibi(1024)))),
            Field(
                "header_timeout", \.headerTimeout,
                .duration(.milliseconds(100) ... .seconds(600))),
            Field("body_timeout", \.bodyTimeout, .duration(timeouts)),
            Field("min_body_rate", \.minBodyRate, .byteCount(.kibi(0) ... .gibi(1))),
            Field("idle_timeout", \.idleTimeout, .duration(timeouts)),
            Field("write_timeout", \.writeTimeout, .duration(timeouts)),
            Field("max_connections", \.maxConnections, .integer(1...1_000_000)),
            Field("max_connections_per_peer", \.maxConnectionsPerPeer, .integer(0...1_000_000)),
        ],
        checks: [
            Check("max_target", "max_header_bytes") { http, place, reading in
                if http.maxTarget > http.maxHeaderBytes {
                    reading.note(
                        .conflict, at: place.nearest("max_target"),
                        "`max_target` is more than `max_header_bytes`, which includes it")
                }
            }
        ])
}
