// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Policy

/// Where a service is reached: scheme, host and port; paths come from requests.
package struct ServiceURL: Hashable, Sendable {
    package enum Scheme: String, CaseIterable, Sendable {
        case http
        case https

        package var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// A name in lower case, or an IP address without brackets.
    package let host: String
    package let port: UInt16

    /// `Host` and SNI's view of the service: the host, an IPv6 address in brackets, and the port
    /// where it is not the scheme's.
    package var authority: String {
        AuthorityText.of(host, port: port == scheme.defaultPort ? nil : Int(port))
    }

    package var text: String { "\(scheme.rawValue)://\(authority)" }

    /// Whether ``host`` is an address, which needs no look-up and sends no SNI.
    package var address: IPAddress? { IPAddress(host) }

    private init(scheme: Scheme, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Stands for a required URL until it is read.
    static let placeholder = ServiceURL(scheme: .https, host: "invalid", port: 443)

    init(_ text: String) throws(Complaint) {
        // Checked before any of the text is shown: what precedes the sign may be a password.
        guard !text.contains("@") else {
            throw Complaint("a URL holds no user name or password")
        }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw Complaint("expected a URL such as https://service.internal:8443, found `\(text)`")
        }
        guard let scheme = Scheme(rawValue: String(text[..<colon])) else {
            throw Complaint("the scheme is http or https, found `\(text[..<colon])`")
        }
        var authority = text[colon...].dropFirst(3)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard !authority.contains(where: { "/?#".contains($0) }) else {
            throw Complaint("a service's URL ends after host and port; paths come from requests")
        }
        let (host, digits) = try Self.split(authority)
        guard let digits else {
            self.init(scheme: scheme, host: host, port: scheme.defaultPort)
            return
        }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !digits.hasPrefix("0"),
            let port = UInt16(digits)
        else { throw Complaint("expected a port from 1 to 65535, found `\(digits)`") }
        self.init(scheme: scheme, host: host, port: port)
    }

    private static func split(
        _ authority: Substring
    ) throws(Complaint) -> (host: String, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"),
                let address = IPAddress(String(authority[..<end].dropFirst())),
                address.family == .v6
            else { throw Complaint("`\(authority)` is not an IPv6 address in brackets") }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw Complaint("expected a port after `]`, found `\(rest)`")
            }
            return (address.description, rest.isEmpty ? nil : rest.dropFirst())
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2 else {
            throw Complaint("`\(authority)` is not a host and port")
        }
        let name = first.lowercased()
        // A name whose last label is a number, hexadecimal ones too, is read as an address by some resolvers and
        // not by others.
        let last = name.split(separator: ".").last ?? ""
        let isNumber =
            !last.isEmpty
            && (last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x"))
        guard HostPattern(name) != nil, !name.hasPrefix("*"),
            !isNumber || IPAddress(name) != nil
        else { throw Complaint("`\(first)` is neither a host name nor an address") }
        return (name, parts.count == 2 ? parts[1] : nil)
    }
}

extension Form where Value == ServiceURL {
    static let serviceURL = Form.scalar(
        "a URL such as https://service.internal:8443", write: { .string($0.text) }
    ) { text throws(Complaint) in try ServiceURL(text) }
}
