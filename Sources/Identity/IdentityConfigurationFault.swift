// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why identity sources cannot be made from their configuration.
package enum IdentityConfigurationFault: Error, Hashable, Sendable {
    /// A key id is not eight characters of `a`–`z`, `2`–`7`.
    case keyID(String)
    case duplicateKeyID(String)
    /// Two entries hold the same digest, so one key would name two callers.
    case duplicateKeyDigest(String)
    /// API keys and certificates stand for users, services or agents.
    case kind(source: String)
    /// An issuer is empty or holds a NUL.
    case issuer
    /// Two sources claim the same `iss`.
    case duplicateIssuer(String)
    case noAudience(issuer: String)
    case noAlgorithm(issuer: String)
    case noTokenType(issuer: String)
    /// The clock skew is negative or above ``TrustedIssuer/largestClockSkew``.
    case clockSkew(issuer: String)

    /// One sentence for people, ending in what to do.
    package var message: String {
        switch self {
        case .keyID(let id):
            "The API key id \"\(id)\" is not eight characters of a-z and 2-7; mint the key anew."
        case .duplicateKeyID(let id):
            "Two API keys have the id \(id); remove one of them."
        case .duplicateKeyDigest(let id):
            "The API key \(id) has the same digest as another; remove one of them."
        case .kind(let source):
            "\(source) names a kind of caller that a credential cannot stand for;"
                + " use user, service or agent."
        case .issuer:
            "A token source has no usable issuer; set it to the exact `iss` of its tokens."
        case .duplicateIssuer(let issuer):
            "The issuer \(issuer) is configured twice; merge the two entries."
        case .noAudience(let issuer):
            "The issuer \(issuer) has no audience; name at least one that its tokens carry."
        case .noAlgorithm(let issuer):
            "The issuer \(issuer) allows no algorithm; allow ES256, EdDSA or RS256."
        case .noTokenType(let issuer):
            "The issuer \(issuer) accepts no token type; accept at+jwt, JWT or absent."
        case .clockSkew(let issuer):
            "The clock skew of issuer \(issuer) is out of range; use 0 to 300 seconds."
        }
    }
}
