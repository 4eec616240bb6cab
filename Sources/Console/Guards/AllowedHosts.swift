// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The host names under which the console answers.
///
/// Any address is allowed: a foreign name can be made to resolve to this host, an address cannot.
package struct AllowedHosts: Hashable, Sendable {
    private let names: Set<String>

    /// - Parameter names: host names besides `localhost`, without port.
    package init(names: some Sequence<String>) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
    }

    /// How somebody came here, by the `Host` that they name.
    package enum Approach: Hashable, Sendable {
        /// From this host.
        case loopback
        /// By a configured name, over the TLS that stands in front of it.
        case name
        /// By an address, in the clear.
        case address
    }

    /// How somebody came here who names an allowed host.
    package func approach(_ authority: String) -> Approach {
        let host: String
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<end])
        } else {
            host = authority.prefix { $0 != ":" }.lowercased()
        }
        if host == "localhost" { return .loopback }
        guard let address = IPAddress(host) else { return .name }
        return address.isLoopback ? .loopback : .address
    }

    /// Whether a `Host` names an address or one of the names; the port does not matter.
    package func contains(_ authority: String) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let address = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            return Self.isPort(rest) && IPAddress(String(address))?.family == .v6
        }
        let end = authority.firstIndex(of: ":") ?? authority.endIndex
        let host = authority[..<end].lowercased()
        guard Self.isPort(authority[end...]) else { return false }
        return names.contains(host) || IPAddress(host)?.family == .v4
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        return text.hasPrefix(":") && (1...5).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
