// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Who makes a request, as far as the leaf may say: no name, no address, nothing personal.
package final class Principal: Sendable {
    /// `actor.type` of the record.
    package enum Kind: String, CaseIterable, Sendable {
        case user
        case service
        case agent
        case system
        case anonymous
    }

    /// Opaque subject id (`sub_…`), or `anonymous`, or `system`.
    package let uid: String
    package let kind: Kind
    /// The identity provider that vouches for the subject.
    package let issuer: String?
    /// Roles at decision time, sorted, without duplicates.
    package let roles: [String]
    package let session: String?
    package let authentication: Authentication

    package init(
        uid: String, kind: Kind, issuer: String?, roles: [String], session: String?,
        authentication: Authentication
    ) {
        self.uid = uid
        self.kind = kind
        self.issuer = issuer
        self.roles = roles
        self.session = session
        self.authentication = authentication
    }

    /// No credential was shown.
    package static let anonymous = Principal(
        uid: "anonymous", kind: .anonymous, issuer: nil, roles: [], session: nil,
        authentication: .none)

    /// Who vouches for an operator at the host's command line.
    package static let hostIssuer = "host"

    /// An operator at the host's command line.
    ///
    /// - Parameter number: their user id; names do not belong in a leaf.
    package static func hostUser(_ number: UInt32) -> Principal {
        Principal(
            uid: "uid:\(number)", kind: .user, issuer: hostIssuer, roles: [], session: nil,
            authentication: .none)
    }

    /// The proxy itself, in records of its own actions.
    package static let system = Principal(
        uid: "system", kind: .system, issuer: nil, roles: [], session: nil, authentication: .none)
}

extension Principal: Hashable {
    package static func == (one: Principal, other: Principal) -> Bool {
        one === other
            || (one.uid == other.uid && one.kind == other.kind && one.issuer == other.issuer
                && one.roles == other.roles && one.session == other.session
                && one.authentication == other.authentication)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(uid)
        hasher.combine(roles)
        hasher.combine(authentication)
    }
}

/// How a principal was authenticated: `actor.auth` of the record.
package struct Authentication: Hashable, Sendable {
    package enum Method: String, CaseIterable, Sendable {
        case oidc
        case mtls
        case apikey
        case basic
        case k8s
        case none
    }

    /// Proof of possession that the credential was bound to.
    package enum Binding: String, CaseIterable, Sendable {
        case none
        case dpop
        case mtls
    }

    package var method: Method
    package var multiFactor: Bool?
    package var binding: Binding?
    /// Thumbprint of the key that was used: `jkt` or `x5t#S256`, or an API key's public id.
    package var key: String?
    /// Keyed digest of the token's `jti`, never the token.
    package var token: String?

    package init(
        method: Method, multiFactor: Bool? = nil, binding: Binding? = nil, key: String? = nil,
        token: String? = nil
    ) {
        self.method = method
        self.multiFactor = multiFactor
        self.binding = binding
        self.key = key
        self.token = token
    }

    /// No authentication took place.
    package static let none = Authentication(method: .none)
}
