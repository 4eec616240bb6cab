// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What one protocol keeps on one event loop.
package protocol LanePlane: AnyObject {
    /// Sets up a new client's channel.
    ///
    /// - Parameter listener: one of those that this plane has.
    func accept(_ channel: any Channel, from peer: Peer, at listener: Listener) throws
    /// Takes over what its plane was given last, for accesses that begin from now on.
    func adopt()
    /// No access will begin here any more: closes what is kept for them.
    func end()
}

/// A client's connection, on its event loop.
package protocol LaneConnection: AnyObject {
    /// Closes it as soon as it has nothing under way.
    func drain()
    /// Ends what is under way, with a record for each access.
    func forceEnd()
}
