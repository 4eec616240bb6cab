// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Policy
internal import Synchronization

/// Counts a listener's connections, in all and by peer, on all event loops.
///
/// Used when a connection opens and closes, never for a request.
package final class ConnectionCensus: Sendable {
    private struct State {
        var all = 0
        var byPeer: [PeerGroup: Int] = [:]
        /// Turned away, and still open until they have read why.
        var lingering = 0
    }

    private let state = Mutex(State())
    private let most: Int
    private let mostPerPeer: Int

    init(most: Int, mostPerPeer: Int) {
        self.most = most
        self.mostPerPeer = mostPerPeer
    }

    /// Connections that were admitted and have not closed.
    var open: Int { state.withLock { $0.all } }

    /// Counts a connection unless there are too many.
    package func admit(_ peer: Peer) -> Bool {
        let group = PeerGroup(peer.address)
        return state.withLock { state in
            let own = state.byPeer[group, default: 0]
            // A trusted proxy speaks for many.
            guard state.all < most, peer.isTrusted || own < mostPerPeer else { return false }
            state.all += 1
            state.byPeer[group] = own + 1
            return true
        }
    }

    /// How many of those turned away may stay until they have read their answer; with more, a flood
    /// of connections would take what the limit is there to protect.
    private static let mostLingering = 64

    /// Whether a connection that is turned away may stay open for a moment.
    package func mayLinger() -> Bool {
        state.withLock { state in
            guard state.lingering < Self.mostLingering else { return false }
            state.lingering += 1
            return true
        }
    }

    /// A connection that was turned away and stayed has closed.
    package func lingered() { state.withLock { $0.lingering -= 1 } }

    /// A connection that was admitted has closed.
    package func leave(_ peer: Peer) {
        let group = PeerGroup(peer.address)
        state.withLock { state in
            state.all -= 1
            let own = state.byPeer[group, default: 1] - 1
            state.byPeer[group] = own > 0 ? own : nil
        }
    }
}
