// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension KeyDescription {
    /// Of listeners.
    static let listeners: [String: KeyDescription] = [
        "listen": KeyDescription(
            "Where clients are served."),
        "listen[].address": KeyDescription(
            "Where it listens. Port 0 takes any free port. Changes take a restart.",
            "0.0.0.0:8443"),
        "listen[].tls": KeyDescription(
            "How the listener proves who it is, and whether clients have to.",
            standard: "none: plain HTTP"),
        "listen[].tls.cert": KeyDescription(
            "PEM: the listener's certificate first, then the intermediates.",
            "tls.crt"),
        "listen[].tls.key": KeyDescription(
            "PEM, not encrypted.",
            "tls.key"),
        "listen[].tls.min": KeyDescription(
            "The oldest version of TLS that is spoken.",
            "\"1.2\""),
        "listen[].tls.ciphers": KeyDescription(
            "The ciphers of TLS 1.2, the preferred first; all have forward secrecy. TLS 1.3 has its own.",
            "[aes256-gcm, chacha20-poly1305]",
            standard: "aes128-gcm, aes256-gcm, chacha20-poly1305"),
        "listen[].tls.client_ca": KeyDescription(
            "PEM: who may issue clients' certificates.",
            "clients.pem",
            standard: "none"),
        "listen[].tls.client_auth": KeyDescription(
            "`none`: clients are not asked. `optional`: a certificate that is sent has to "
                + "be good. `required`: the handshake fails without one.",
            "optional"),
        "listen[].http": KeyDescription(
            "Limits on what one client may send and how slowly."),
        "listen[].http.h2": KeyDescription(
            "HTTP/2 is not spoken yet.",
            "false"),
        "listen[].http.max_header_bytes": KeyDescription(
            "Request line and header section together. Beyond: 431.",
            "64KiB"),
        "listen[].http.max_headers": KeyDescription(
            "Header fields. Beyond: 431.",
            "100"),
        "listen[].http.max_target": KeyDescription(
            "The request target. Beyond: 414.",
            "8KiB"),
        "listen[].http.max_body": KeyDescription(
            "A request's body; `0B`: no request may have one. Beyond: 413.",
            "10MiB",
            standard: "none: bodies stream"),
        "listen[].http.header_timeout": KeyDescription(
            "From the first byte of a head to its last. Beyond: 408.",
            "10s"),
        "listen[].http.body_timeout": KeyDescription(
            "The longest pause within a body. Beyond: 408.",
            "30s"),
        "listen[].http.min_body_rate": KeyDescription(
            "The least average rate of a body, in bytes a second, measured after "
                + "`body_timeout`; `0B`: any.",
            "240B"),
        "listen[].http.idle_timeout": KeyDescription(
            "How long a connection is kept between requests.",
            "1m30s"),
        "listen[].http.write_timeout": KeyDescription(
            "How long a client may not read while an answer waits.",
            "30s"),
        "listen[].http.max_connections": KeyDescription(
            "Open at once on this listener. Beyond: 503.",
            "10000"),
        "listen[].http.max_connections_per_peer": KeyDescription(
            "From one address or IPv6 /64; 0: no limit of its own.",
            "256"),
        "listen[].trusted_proxies": KeyDescription(
            "Peers whose `X-Forwarded-For` is believed. From all others it is stripped.",
            "[10.0.0.0/8]"),
    ]
}
