// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Finds where a request came from when trusted proxies are in front of this one.
package enum ForwardedFor {
    /// The last address that a trusted party vouches for.
    package struct Origin: Hashable, Sendable {
        package let address: IPAddress
        /// The port, if the entry names one.
        package let port: UInt16?
        /// How many entries of `X-Forwarded-For` were trusted.
        package let hops: Int
    }

    /// The rightmost untrusted address, reading `X-Forwarded-For` from its end.
    ///
    /// An entry is believed only if the one to its right, or finally the socket peer, is trusted.
    /// Reading stops at anything that is no address (`unknown`, a zone, an obfuscated name) and
    /// after `mostHops` entries; the result is then the last address believed.
    package static func origin(
        of head: RequestHead, peer: IPAddress, mostHops: Int, isTrusted: (IPAddress) -> Bool
    ) -> Origin {
        var origin = Origin(address: peer, port: nil, hops: 0)
        guard head.has(.xForwardedFor), isTrusted(peer) else { return origin }
        let text = head.bytes
        let bytes = text.span
        for field in head.section.fields.reversed() where field.known == .xForwardedFor {
            let value = field.value.range
            var end = value.upperBound
            while end >= value.lowerBound {
                var start = end
                while start > value.lowerBound, bytes[start - 1] != Byte.comma { start -= 1 }
                let entry = bytes.trimmingBlanks(start..<end)
                guard origin.hops < mostHops, let read = address(bytes, entry) else {
                    return origin
                }
                origin = Origin(address: read.address, port: read.port, hops: origin.hops + 1)
                guard isTrusted(origin.address) else { return origin }
                end = start - 1
            }
        }
        return origin
    }

    /// `a.b.c.d`, `a.b.c.d:port`, `v6`, `[v6]` or `[v6]:port`.
    private static func address(
        _ bytes: Span<UInt8>, _ entry: Range<Int>
    ) -> (address: IPAddress, port: UInt16?)? {
        if let whole = IPAddress(bytes, entry) { return (whole, nil) }
        guard let authority = Authority(bytes, entry), !authority.hasSurplus else { return nil }
        var host = authority.host
        if bytes[host.lowerBound] == Byte.openBracket {
            host = host.lowerBound + 1..<host.upperBound - 1
        }
        return IPAddress(bytes, host).map { ($0, authority.port) }
    }
}
