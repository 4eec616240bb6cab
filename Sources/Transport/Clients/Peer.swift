// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import NIOCore

/// The other end of a client's socket.
package struct Peer {
    package let address: IPAddress
    package let port: UInt16?
    /// As in `X-Forwarded-For`.
    package let text: [UInt8]
    /// Whether it may say where a request came from.
    package let isTrusted: Bool

    /// Nil for a socket without an internet address, or one that is already closed.
    package init?(_ socket: SocketAddress?, trusted: [AddressBlock]) {
        guard let socket, let text = socket.ipAddress, let address = IPAddress(text) else {
            return nil
        }
        self.address = address
        port = socket.port.flatMap { UInt16(exactly: $0) }
        self.text = Array(address.text.utf8)
        isTrusted = trusted.contains { $0.contains(address) }
    }
}
