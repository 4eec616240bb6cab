// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding

/// The stored keys of one configured source.
package struct APIKeySource: Hashable, Sendable {
    /// The source's configured name; the issuer of the identities its keys stand for.
    package var name: String
    package var keys: [StoredAPIKey]

    package init(name: String, keys: [StoredAPIKey]) {
        self.name = name
        self.keys = keys
    }
}

/// The API keys of all sources, looked up by the digest of what was presented.
///
/// The secret is never compared byte by byte: an attacker who measures time learns about digests
/// that cannot be turned into keys. Identities are made once, so that a check allocates nothing.
package struct APIKeyRing: Sendable {
    private let identities: [APIKeyDigest: VerifiedIdentity]

    package init(_ sources: [APIKeySource]) throws(IdentityConfigurationFault) {
        var identities: [APIKeyDigest: VerifiedIdentity] = [:]
        var ids: Set<String> = []
        for source in sources {
            for key in source.keys {
                guard APIKeyText.isID(key.id) else { throw .keyID(key.id) }
                guard ids.insert(key.id).inserted else { throw .duplicateKeyID(key.id) }
                guard key.kind.canHoldCredential else { throw .kind(source: source.name) }
                let identity = VerifiedIdentity(
                    issuer: source.name, subject: key.id, kind: key.kind, roles: key.roles,
                    name: key.name,
                    authentication: Authentication(
                        method: .apikey, binding: Authentication.Binding.none, key: key.id),
                    expires: key.expires)
                guard identities.updateValue(identity, forKey: key.digest) == nil else {
                    throw .duplicateKeyDigest(key.id)
                }
            }
        }
        self.identities = identities
    }

    /// How many keys the ring holds.
    package var count: Int { identities.count }

    /// The verdict on a presented key. Costs one SHA-256 for a text of the right shape.
    package func verify(_ key: Span<UInt8>, now: UTCInstant) -> CredentialVerdict {
        guard APIKeyText.isShaped(key), let identity = identities[APIKeyDigest(of: key)] else {
            return .refused(.unknownKey)
        }
        if let expires = identity.expires, now >= expires { return .refused(.keyExpired) }
        return .identified(identity)
    }
}

extension Principal.Kind {
    /// Whether a configured credential may stand for this kind of caller.
    var canHoldCredential: Bool {
        switch self {
        case .user, .service, .agent: true
        case .system, .anonymous: false
        }
    }
}
