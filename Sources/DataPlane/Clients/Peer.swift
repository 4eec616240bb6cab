// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import HTTPWire
internal import NIOCore
internal import Policy

/// The other end of a client's socket.
struct Peer {
    let address: IPAddress
    let port: UInt16?
    /// As in `X-Forwarded-For`.
    let text: [UInt8]
    /// Whether it may say where a request came from.
    let isTrusted: Bool

    /// Nil for a socket without an internet address, or one that is already closed.
    init?(_ socket: SocketAddress?, trusted: [AddressBlock]) {
        guard let socket, let text = socket.ipAddress, let address = IPAddress(text) else {
            return nil
        }
        self.address = address
        port = socket.port.flatMap { UInt16(exactly: $0) }
        self.text = Array(address.text.utf8)
        isTrusted = trusted.contains { $0.contains(address) }
    }

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
