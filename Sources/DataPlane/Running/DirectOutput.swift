// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import NIOCore

/// The way out of a connection without TLS: straight to its socket as long as nothing waits in its channel.
///
/// One system call takes nearly every head and answer whole. Queueing it in the channel, to take it out of there at once, costs
/// ten times as much. What the socket does not take goes through the channel, which waits for it as ever.
struct DirectOutput {
    private let channel: any Channel
    private let socket: NIOBSDSocket.Handle
    /// Whether the channel was given bytes that may wait there still.
    private var isBehind = false

    /// Nil where the channel has no socket.
    init?(_ channel: any Channel) {
        do {
            // Used while the channel is active, and only to send.
            let socket = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self, { $0 })
            guard let socket else { return nil }
            self.socket = socket
        } catch {
            // Closed already: its own way out tells so.
            return nil
        }
        self.channel = channel
    }

    /// The channel is given bytes: what follows them has to wait for them.
    mutating func yield() { isBehind = true }

    /// Sends bytes as far as the socket takes them at once, and leaves the others in the buffer.
    ///
    /// An error counts as nothing sent: the channel will meet it, too, and say so.
    mutating func send(_ bytes: inout ByteBuffer) {
        // A channel becomes inactive in the same step that closes its descriptor, with nothing of ours in between, so
        // that a descriptor that was given to another connection is never written to.
        guard channel.isActive, !isBehind || hasCaughtUp else { return }
        let count = unsafe bytes.withUnsafeReadableBytes { memory in
            // Safe: the memory is the buffer's for the time of the call.
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
