// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire

/// `listen[].http`: limits on what one client may send and how slowly.
enum HTTPSection {
    private static let timeouts: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)

    static let section = Section(
        start: ClientLimits(),
        keys: [
            .fixed("h2", false, "HTTP/2 is not spoken yet."),
            Key(
                "max_header_bytes", \.wire.headBytes, .bytes(.kibi(1) ... .mebi(1)),
                "Request line and header section together. Beyond: 431.", example: "32KiB"),
            Key(
                "max_headers", \.wire.fields, .integer(1...1000), "Header fields. Beyond: 431.",
                example: "50"),
            Key(
                "max_target", \.wire.targetBytes, .bytes(ByteCount(bytes: 256) ... .kibi(64)),
                "The request target. Beyond: 414.", example: "4KiB"),
            Key(
                "max_body", \.mostBodyBytes, .bytes(.kibi(0) ... .gibi(1024), absent: .max),
                "A request's body; `0B`: no request may have one. Beyond: 413.",
                example: "10MiB", standard: "none: bodies stream"),
            Key(
                "header_timeout", \.headTimeout, .duration(.milliseconds(100) ... .seconds(600)),
                "From the first byte of a head to its last. Beyond: 408.", example: "5s"),
            Key(
                "body_timeout", \.bodyTimeout, .duration(timeouts),
                "The longest pause within a body. Beyond: 408.", example: "1m"),
            Key(
                "min_body_rate", \.leastBodyRate, .bytes(.kibi(0) ... .gibi(1)),
                "The least average rate of a body, in bytes a second, measured after `body_timeout`; "
                    + "`0B`: any.", example: "1KiB"),
            Key(
                "idle_timeout", \.idleTimeout, .duration(timeouts),
                "How long a connection is kept between requests.", example: "1m30s"),
            Key(
                "write_timeout", \.writeTimeout, .duration(timeouts),
                "How long a client may go without reading while an answer waits.", example: "1m"),
            Key(
                "max_connections", \.mostConnections, .integer(1...1_000_000),
                "Open at once on this listener. Beyond: 503.", example: "1000"),
            Key(
                "max_connections_per_peer", \.mostConnectionsPerPeer, .limit(0...1_000_000),
                "From one address or IPv6 /64; 0: no limit of its own.", example: "256"),
        ],
        checks: [
            Check("max_target", "max_header_bytes") { limits, place, reading in
                if limits.wire.targetBytes > limits.wire.headBytes {
                    reading.note(
                        .conflict, at: place.nearest("max_target"),
                        "`max_target` is more than `max_header_bytes`, which includes it")
                }
            }
        ])
}
