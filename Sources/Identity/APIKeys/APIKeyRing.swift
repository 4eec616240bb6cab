// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import ByteCoding

/// The stored keys of one configured source.
package struct APIKeySource: Hashable, Sendable {
    /// The source's configured name; the issuer of the identities its keys stand for.
    package var name: String
    package var keys: [StoredAPIKey]
    /// Where clients may show the keys.
    package var fields: Set<CredentialField>

    package init(
        name: String, keys: [StoredAPIKey],
        fields: Set<CredentialField> = CredentialField.usualOfKeys
    ) {
        self.name = name
        self.keys = keys
        self.fields = fields
    }
}

/// The API keys of all sources, looked up by the digest of what was presented.
///
/// The secret is never compared byte by byte: an attacker who measures time learns only about
/// digests, which cannot be turned into keys. Identities are made once, so that a check allocates
/// nothing.
///
/// The subject of a key is its holder's name: all keys of one holder in one source are the same
/// caller, for limits, history and erasure.
package struct APIKeyRing: Equatable, Sendable {
    private struct Held: Equatable {
        var identity: VerifiedIdentity
        var revoked: UTCInstant?
    }

    /// Where to look for keys; nowhere without a source.
    package let fields: Set<CredentialField>
    private let held: [APIKeyDigest: Held]
    /// The source of an id.
    private let sources: [String: String]

    package init(_ sources: [APIKeySource]) throws(IdentityConfigurationFault) {
        var held: [APIKeyDigest: Held] = [:]
        var ids: [String: String] = [:]
        for source in sources {
            for key in source.keys {
                guard SecretText.isID(key.id) else { throw .keyID(key.id) }
                guard ids.updateValue(source.name, forKey: key.id) == nil else {
                    throw .duplicateKeyID(key.id)
                }
                guard key.kind.canHoldCredential else { throw .kind(source: source.name) }
                let identity = VerifiedIdentity(
                    issuer: source.name, subject: key.name, kind: key.kind, roles: key.roles,
                    name: key.name,
                    authentication: Authentication(
                        method: .apikey, binding: Authentication.Binding.none, key: key.id),
                    expires: [key.expires, key.revoked].compactMap(\.self).min())
                let added = Held(identity: identity, revoked: key.revoked)
                guard held.updateValue(added, forKey: key.digest) == nil else {
                    throw .duplicateKeyDigest(key.id)
                }
            }
        }
        self.held = held
        self.sources = ids
        fields = sources.reduce(into: []) { $0.formUnion($1.fields) }
    }

    /// How many keys the ring holds.
    package var count: Int { held.count }

    /// The verdict on a presented key. Costs one SHA-256 for a text of the right shape.
    package func verify(_ key: Span<UInt8>, now: UTCInstant) -> CredentialVerdict {
        guard SecretText.apiKey.isShaped(key) else { return .refused(Refusal(.unknownKey)) }
        guard let found = held[APIKeyDigest(of: key)] else {
            let id = SecretText.apiKey.id(of: key)
            return .refused(
                Refusal(
                    .unknownKey,
                    claim: ClaimedIdentity(
                        method: .apikey, key: id, issuer: sources[id], isVerified: false)))
        }
        if let ends = found.identity.expires, now >= ends {
            let isRevoked = found.revoked.map { now >= $0 } ?? false
            return .refused(
                Refusal(
                    isRevoked ? .keyRevoked : .keyExpired,
                    claim: ClaimedIdentity(genuine: found.identity)))
        }
        return .identified(found.identity)
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
