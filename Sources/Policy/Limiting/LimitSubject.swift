// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import AccessModel

/// Whose accesses a limit counts together.
package enum LimitSubject: Hashable, Sendable {
    /// Opaque subject id.
    case actor(String)
    case peer(PeerGroup)
}

/// The peers that share one count: a single IPv4 address, or the /64 that one IPv6 customer owns.
package struct PeerGroup: Hashable, Sendable {
    private let prefix: UInt64
    private let family: IPAddress.Family

    package init(_ address: IPAddress) {
        family = address.family
        prefix = UInt64(
            truncatingIfNeeded: family == .v4 ? address.bits : address.bits >> 64)
    }
}

extension RateLimit {
    /// Whom an access is counted against: the actor where there is one and ``per`` asks for it, or
    /// else the peer.
    package func subject(_ principal: Principal, peer: IPAddress) -> LimitSubject {
        counts(principal) ? .actor(principal.uid) : .peer(PeerGroup(peer))
    }

    /// Whether accesses of a principal are counted as its own, and not as its peer's.
    package func counts(_ principal: Principal) -> Bool {
        per == .actor && !principal.isAnonymous
    }
}
