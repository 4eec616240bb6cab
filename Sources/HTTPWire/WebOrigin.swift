// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Where an `http` or `https` URL leads, the same however it is spelt (RFC 3986 §6.2).
package struct WebOrigin: Hashable, Sendable {
    /// A host, the same in every spelling that clients understand: see ``WrittenHost``.
    package enum Host: Hashable, Sendable {
        case name([UInt8])
        case address(IPAddress)
        /// The machine itself: `localhost` and names below it, 127.0.0.0/8, `::1`, or the
        /// unspecified address.
        case local

        /// Reads a host as in an authority; nil for an empty one and for broken brackets.
        init?(_ text: ArraySlice<UInt8>) {
            let isBracketed = text.first == Byte.openBracket
            guard !isBracketed || text.last == Byte.closeBracket else { return nil }
            let bytes =
                isBracketed
                ? text.dropFirst().dropLast().map(Byte.lower) : WrittenHost.plain(text)
            guard !bytes.isEmpty else { return nil }
            let full = IPAddress(bytes.span, 0..<bytes.count)
            if let address = full ?? WrittenHost.shortAddress(bytes) {
                self = address.isLoopback || address.bits == 0 ? .local : .address(address)
            } else {
                let isLocal =
                    bytes.elementsEqual("localhost".utf8)
                    || bytes.suffix(10).elementsEqual(".localhost".utf8)
                self = isLocal ? .local : .name(bytes)
            }
        }
    }

    package let isSecure: Bool
    package let host: Host
    package let port: UInt16

    package init?(isSecure: Bool, host: String, port: UInt16) {
        guard let host = Host(Array(host.utf8)[...]) else { return nil }
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    static func defaultPort(isSecure: Bool) -> UInt16 { isSecure ? 443 : 80 }
}

/// Host and port of a URL or of `Host`; without a port, the scheme's counts.
struct NamedPlace: Hashable {
    let host: WebOrigin.Host
    let port: UInt16?

    /// Reads an authority with or without user information; nil if it names no host.
    init?(authority: ArraySlice<UInt8>) {
        var place = authority
        if let at = place.lastIndex(of: UInt8(ascii: "@")) { place = place[(at + 1)...] }
        var portText: ArraySlice<UInt8>?
        let hostEnd = place.lastIndex(of: Byte.closeBracket) ?? place.startIndex
        if let colon = place.lastIndex(of: Byte.colon), colon >= hostEnd {
            portText = place[(colon + 1)...]
            place = place[..<colon]
        }
        guard let host = WebOrigin.Host(place) else { return nil }
        self.host = host
        guard let portText, !portText.isEmpty else {
            port = nil
            return
        }
        guard let port = Self.number(portText) else { return nil }
        self.port = port
    }

    /// A port, with any number of leading zeros.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt16? {
        var number: UInt32 = 0
        for digit in text {
            guard Byte.isDigit(digit) else { return nil }
            number = number * 10 + UInt32(digit - Byte.zero)
            guard number <= UInt32(UInt16.max) else { return nil }
        }
        return UInt16(number)
    }
}
