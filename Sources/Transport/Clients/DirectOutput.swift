// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import NIOCore

/// The way out of a connection without TLS: straight to its socket as long as nothing waits in its channel.
///
/// One system call takes nearly every head and answer whole. Queueing it in the channel, only to
/// take it out at once, costs ten times as much. What the socket does not take goes through the
/// channel, which waits as usual.
package struct DirectOutput {
    private let channel: any Channel
    private let socket: NIOBSDSocket.Handle
    /// Whether the channel was given bytes that may still wait there.
    private var isBehind = false

    /// Nil if the channel has no socket.
    package init?(_ channel: any Channel) {
        do {
            // Used while the channel is active, and only to send.
            let socket = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self, { $0 })
            guard let socket else { return nil }
            self.socket = socket
        } catch {
            // Already closed: the channel reports it.
            return nil
        }
        self.channel = channel
    }

    /// The channel is given bytes, and later ones must wait for them.
    package mutating func yield() { isBehind = true }

    /// Sends as many bytes as the socket takes at once, and leaves the rest in the buffer.
    ///
    /// An error counts as nothing sent: the channel will meet it, too, and report it.
    package mutating func send(_ bytes: inout ByteBuffer) {
        // A channel becomes inactive in the same step that closes its descriptor, with none of our
        // code in between, so a descriptor reused by another connection is never written to.
        guard channel.isActive, !isBehind || hasCaughtUp else { return }
        let count = unsafe bytes.withUnsafeReadableBytes { memory in
            // Safe: the memory is the buffer's for the duration of the call.
            unsafe Glibc.send(
                socket, memory.baseAddress, memory.count,
                CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
        if count > 0 { bytes.moveReaderIndex(forwardBy: count) }
    }

    /// Whether all that the channel was given has left.
    private var hasCaughtUp: Bool {
        mutating get {
            do {
                let waiting = try channel.syncOptions?.getOption(.bufferedWritableBytes)
                isBehind = waiting != 0
            } catch {
                isBehind = true
            }
            return !isBehind
        }
    }
}
