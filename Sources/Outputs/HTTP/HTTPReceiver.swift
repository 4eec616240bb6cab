// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Transport

/// A receiver that takes records by HTTP.
package struct HTTPReceiver: Hashable, Sendable {
    package let link: LinkedReceiver
    /// Of the URL, with its query; it begins with a slash.
    package let path: String
    /// `Host` of every request.
    let authority: String

    /// - Parameters:
    ///   - name: of the output.
    ///   - tls: nil for `http`.
    ///   - path: of the URL, with its query.
    package init(
        _ name: String, host: String, port: UInt16, path: String, tls: UpstreamTLS?
    ) {
        link = LinkedReceiver(name, host: host, port: port, tls: tls)
        self.path = path.hasPrefix("/") ? path : "/" + path
        let usual: UInt16 = tls == nil ? 80 : 443
        authority = AuthorityText.of(host, port: port == usual ? nil : Int(port))
    }

    /// For people: without the query, in which some receivers expect a secret.
    package var target: String {
        "\(link.tls == nil ? "http" : "https")://\(authority)\(path.prefix { $0 != "?" })"
    }

    /// Another resource of the same receiver: below the path of the URL.
    func path(appending part: String) -> String {
        let start = path.prefix { $0 != "?" }
        return (start.hasSuffix("/") ? start.dropLast() : start) + part
    }

    package var cautions: [String] {
        guard link.tls == nil else { return link.cautions }
        let isHere =
            IPAddress(link.host)?.isLoopback ?? (link.host == "localhost")
        return isHere ? [] : ["is not encrypted (http)"]
    }
}
