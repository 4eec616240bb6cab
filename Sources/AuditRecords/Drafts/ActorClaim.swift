// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
import ByteCoding
import Disclosures

/// Whom a refused credential names, as far as the leaf may say: `actor.claimed`.
package struct ActorClaim: Hashable, Sendable {
    package var method: Authentication.Method
    /// An API key's public id, or a certificate's thumbprint.
    package var key: String?
    /// A configured source or issuer.
    package var issuer: String?
    /// The opaque id of a genuine credential's subject.
    package var uid: String?
    /// Whether the credential is genuine.
    package var isVerified: Bool

    /// - Parameter uid: of a genuine credential's subject.
    package init(_ claim: ClaimedIdentity, uid: String?) {
        method = claim.method
        key = claim.key
        issuer = claim.issuer
        self.uid = uid
        isVerified = claim.isVerified
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        members.add("issuer", issuer)
        members.add("key", key)
        members.add("method", method.rawValue)
        members.add("uid", uid)
        members.add("verified", isVerified)
        return .object(members)
    }
}
