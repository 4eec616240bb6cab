// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Counts configurations of identity sources: what was verified under one means nothing under
/// another.
package struct SourcesGeneration: Hashable, Sendable {
    package var number: UInt64

    package init(_ number: UInt64) { self.number = number }
}

/// A source whose verdicts are remembered.
package enum CredentialSource: Hashable, Sendable {
    /// Every source of API keys: a digest is looked up in all of them at once.
    case apiKeys
    /// By its `iss`.
    case issuer(String)
}

/// Since which configuration each source has been unchanged.
///
/// A new key set of one issuer, or a revoked key, ends what is remembered of that source only.
package struct CredentialGenerations: Hashable, Sendable {
    private let keys: SourcesGeneration
    private let issuers: [String: SourcesGeneration]

    package init(keys: SourcesGeneration, issuers: [String: SourcesGeneration]) {
        self.keys = keys
        self.issuers = issuers
    }

    /// Nil for an issuer that is not ours.
    package subscript(source: CredentialSource) -> SourcesGeneration? {
        switch source {
        case .apiKeys: keys
        case .issuer(let name): issuers[name]
        }
    }
}

extension VerifiedIdentity {
    /// Whose verdict it is; nil if that is not remembered by the credential's bytes.
    package var credentialSource: CredentialSource? {
        switch authentication.method {
        case .apikey: .apiKeys
        case .oidc: .issuer(issuer)
        case .mtls, .basic, .k8s, .none: nil
        }
    }
}
