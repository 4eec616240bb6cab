// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// An API key as a key file keeps it: everything but the key.
package struct StoredAPIKey: Hashable, Sendable {
    /// Public id, eight characters of base 32; part of the key's text and of records.
    package var id: String
    package var digest: APIKeyDigest
    /// Who holds the key: all keys with the same name in one source are the same caller.
    package var name: String
    package var kind: Principal.Kind
    package var roles: [String]
    /// The first moment at which the key is refused; nil for a key without an end.
    package var expires: UTCInstant?
    /// When the key was revoked; nil if it was not.
    ///
    /// A revoked key stays in its file, so that whoever still uses it can be identified.
    package var revoked: UTCInstant?

    package init(
        id: String, digest: APIKeyDigest, name: String, kind: Principal.Kind, roles: [String],
        expires: UTCInstant?, revoked: UTCInstant? = nil
    ) {
        self.id = id
        self.digest = digest
        self.name = name
        self.kind = kind
        self.roles = roles
        self.expires = expires
        self.revoked = revoked
    }
}
