// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// An element of `identity`: one trusted source of credentials.
package struct IdentitySettings: Hashable, Sendable {
    /// What kind of source it is; exactly one is configured.
    package enum Source: Hashable, Sendable {
        case apiKeys(APIKeySettings)
        case jwks(JWKSSettings)
        case mtls(MTLSSettings)
    }

    /// How records name the source where it has no issuer of its own; unique.
    package var name: String
    var apiKeys: APIKeySettings?
    var jwks: JWKSSettings?
    var mtls: MTLSSettings?

    package var source: Source {
        if let apiKeys { return .apiKeys(apiKeys) }
        if let jwks { return .jwks(jwks) }
        guard let mtls else {
            preconditionFailure("PlaceholdersNeverEscape: an identity without a source")
        }
        return .mtls(mtls)
    }

    static let section = Section(
        start: IdentitySettings(name: ""),
        keys: [
            Key(
                "name", \.name, .identityName, isRequired: true,
                "The name of the source in records if it has no issuer. Unique; `host` is taken.",
                example: "machines"),
            Key(
                "api_keys", \.apiKeys, .optional(.section(APIKeySettings.section)),
                "API keys made by `countersign token mint`. Changes of the file take effect without a reload."
            ),
            Key(
                "jwks", \.jwks, .optional(.section(JWKSSettings.section)),
                "Bearer tokens signed with a key of a set (RFC 7517). Changes of the file take "
                    + "effect without a reload."),
            Key(
                "mtls", \.mtls, .optional(.section(MTLSSettings.section)),
                "Client certificates. Only one identity can be of this kind."),
        ],
        notAvailable: ["oidc"],
        checks: [
            Check { identity, place, reading in
                let kinds = ["api_keys", "jwks", "mtls", "oidc"].filter { place[$0] != nil }
                guard kinds.count != 1 else { return }
                reading.note(
                    kinds.isEmpty ? .missing : .conflict, at: place,
                    kinds.isEmpty
                        ? "one of `api_keys`, `jwks` and `mtls` is missing"
                        : "only one of `api_keys`, `jwks` and `mtls` can be given; make an identity of each"
                )
            }
        ])
}

/// `identity[].api_keys`: keys that `countersign token mint` made.
package struct APIKeySettings: Hashable, Sendable {
    /// Of ``APIKeyFile``.
    package var file: ResolvedPath
    /// Where keys are looked for.
    package var fields = ["authorization", "x-api-key"]

    static let section = Section(
        start: APIKeySettings(file: .placeholder),
        keys: [
            Key(
                "file", \.file, .file, isRequired: true, "The keys' hashes, holders and roles.",
                example: "keys.yaml"),
            Key(
                "fields", \.fields, .set(of: .credentialField, isEmptyAllowed: false, most: 8),
                "Request fields that may hold a key. In `authorization` a key follows "
                    + "`Bearer`, or is the password or the user of `Basic`; elsewhere it stands "
                    + "alone. A key of any source is accepted in any field that one of them "
                    + "lists.",
                example: "[x-api-key]"),
        ])
}

/// `identity[].mtls`: clients' certificates.
package struct MTLSSettings: Hashable, Sendable {
    package enum SubjectSource: String, CaseIterable, Sendable {
        /// The one URI among the subject alternative names.
        case uri = "san_uri"
        /// The same, and it is a SPIFFE ID.
        case spiffe = "san_spiffe"
        /// The one DNS name among the subject alternative names.
        case dns = "san_dns"
    }

    /// PEM: the issuers whose certificates this source trusts.
    package var ca: ResolvedPath
    package var subjectFrom = SubjectSource.uri
    /// What the certificates' holders are.
    package var kind = Principal.Kind.service
    /// Of everybody whom this source vouches for.
    package var roles: [String] = []

    static let section = Section(
        start: MTLSSettings(ca: .placeholder),
        keys: [
            Key(
                "ca", \.ca, .file, isRequired: true,
                "PEM: the authorities whose certificates are trusted. Every `client_ca` of a "
                    + "listener must be among them.", example: "clients.pem",
                together: ["listen[].tls.client_ca": "clients.pem"]),
            Key(
                "subject_from", \.subjectFrom, .choice(),
                "Which name of the certificate is the subject: its one URI, a SPIFFE ID, or its one DNS "
                    + "name. The common name is never one.", example: "san_spiffe"),
            Key(
                "kind", \.kind, .actorKind, "What the certificates' holders are.",
                example: "agent"),
            Key(
                "roles", \.roles,
                .set(of: .text("a role", most: 128), isEmptyAllowed: true, most: 256),
                "The roles of everybody this source vouches for.", example: "[robot]"),
        ])
}
