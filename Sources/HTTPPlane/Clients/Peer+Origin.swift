// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import HTTPWire
internal import Transport

extension Peer {
    /// Where a request came from: the peer, or whoever a chain of trusted proxies names.
    func origin(
        of head: RequestHead, trusted: [AddressBlock]
    ) -> (address: IPAddress, port: UInt16?) {
        guard isTrusted, head.has(.xForwardedFor) else { return (address, port) }
        let origin = ForwardedFor.origin(
            of: head, peer: address, mostHops: Self.mostHops
        ) { candidate in
            trusted.contains { $0.contains(candidate) }
        }
        return (origin.address, origin.hops == 0 ? port : origin.port)
    }

    private static let mostHops = 32
}
