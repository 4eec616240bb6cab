// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Host and port as they stand in URLs, in `Host` and in messages (RFC 3986 §3.2).
package enum AuthorityText {
    /// The host, an IPv6 address in brackets, and the port if there is one.
    package static func of(_ host: String, port: Int?) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return if let port { "\(name):\(port)" } else { name }
    }
}
