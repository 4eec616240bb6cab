// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding

/// A new API key: the text, to be shown once, and the entry to be stored.
package struct MintedAPIKey: Hashable, Sendable {
    /// `csk_<id>_<secret>`; not kept anywhere.
    package let text: String
    package let stored: StoredAPIKey

    /// Makes a key.
    ///
    /// - Parameter random: a cryptographically secure source; 37 bytes are drawn from it.
    package init(
        name: String, kind: Principal.Kind, roles: [String], expires: UTCInstant?,
        random: inout some RandomNumberGenerator
    ) {
        let made = SecretText.apiKey.make(random: &random)
        text = made.text
        let bytes = Array(made.text.utf8)
        stored = StoredAPIKey(
            id: made.id, digest: APIKeyDigest(of: bytes.span), name: name, kind: kind,
            roles: roles, expires: expires)
    }
}
