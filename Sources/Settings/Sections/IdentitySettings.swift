// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// An element of `identity`: one source of credentials that is believed.
package struct IdentitySettings: Hashable, Sendable {
    /// What kind of source it is; exactly one is configured.
    package enum Source: Hashable, Sendable {
        case apiKeys(APIKeySettings)
        case jwks(JWKSSettings)
        case mtls(MTLSSettings)
    }

    /// `name`, required: how records name the source where it has no issuer of its own; unique.
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
        fields: [
            Field("name", \.name, .name, isRequired: true),
            Field("api_keys", \.apiKeys, .optional(.section(APIKeySettings.section))),
            Field("jwks", \.jwks, .optional(.section(JWKSSettings.section))),
            Field("mtls", \.mtls, .optional(.section(MTLSSettings.section))),
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
    /// `file`, required: the keys' hashes, roles and names; see ``APIKeyFile``.
    package var file: ResolvedPath
    /// `fields`, default authorization and x-api-key, at least one: request fields in which keys are looked for. In
    /// `authorization` a key stands behind `Bearer`, or is the password or user of `Basic`; elsewhere it stands alone.
    package var fields: [String]

    static let section = Section(
        start: APIKeySettings(file: .placeholder, fields: ["authorization", "x-api-key"]),
        fields: [
            Field("file", \.file, .path, isRequired: true),
            Field("fields", \.fields, .set(of: .credentialField, isEmptyAllowed: false, most: 8)),
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

    /// `ca`, required: PEM, the issuers whose certificates this source believes.
    package var ca: ResolvedPath
    /// `subject_from`, default san_uri.
    package var subjectFrom: SubjectSource
    /// `kind`, default service: what the certificates' holders are.
    package var kind: Principal.Kind
    /// `roles`, default none: the roles of everybody whom this source vouches for.
    package var roles: [String]

    static let section = Section(
        start: MTLSSettings(
            ca: .placeholder, subjectFrom: .uri, kind: .service, roles: []),
        fields: [
            Field("ca", \.ca, .path, isRequired: true),
            Field("subject_from", \.subjectFrom, .choice()),
            Field("kind", \.kind, .actorKind),
            Field(
                "roles", \.roles,
                .set(of: .text("a role", most: 128), isEmptyAllowed: true, most: 256)),
        ])
}
