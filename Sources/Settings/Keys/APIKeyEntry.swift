// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Policy

/// An API key as it is stored: whom it stands for, and a hash that finds it and gives nothing away.
package struct APIKeyEntry: Hashable, Sendable {
    /// `id`, required: the key's public name, eight characters of `a`–`z` and `2`–`7`; unique.
    package var id: String
    /// `digest`, required: `sha256:` and the 64 lower-case hex digits of the key's SHA-256.
    package var digest: String
    /// `name`, required: who holds the key. All keys of one name are the same caller.
    package var name: String
    /// `kind`, default service.
    package var kind: Principal.Kind
    /// `roles`, default none.
    package var roles: [String]
    /// `expires`, default never: from this moment on the key is refused.
    package var expires: UTCInstant?
    /// `lasts`, default unknown: how long the key was made for. Says nothing of whether it is good: it is what
    /// `countersign token rotate` makes the next key for.
    package var lasts: KeyLifetime?
    /// `revoked`, default never: when the key was withdrawn. It stays in the file so that its use is told by name.
    package var revoked: UTCInstant?

    package init(
        id: String, digest: String, name: String, kind: Principal.Kind, roles: [String],
        expires: UTCInstant?, lasts: KeyLifetime? = nil, revoked: UTCInstant? = nil
    ) {
        self.id = id
        self.digest = digest
        self.name = name
        self.kind = kind
        self.roles = roles
        self.expires = expires
        self.lasts = lasts
        self.revoked = revoked
    }

    /// Everything that is said of the key, in one text: another one means that the entry was changed.
    package var fingerprint: String { ContentHash.of(Self.section.write(self)) }

    /// How long the key was made for, as far as the file says: without a word of it, what is left of it now.
    package func lifetime(at now: UTCInstant) -> KeyLifetime {
        if let lasts { return lasts }
        guard let expires else { return .endless }
        return .lasting(.milliseconds(max(1, (expires.microseconds - now.microseconds) / 1000)))
    }

    static let section = Section(
        start: APIKeyEntry(
            id: "", digest: "", name: "", kind: .service, roles: [], expires: nil),
        fields: [
            Field("id", \.id, .keyID, isRequired: true),
            Field("digest", \.digest, .keyDigest, isRequired: true),
            Field(
                "name", \.name, .text("a name for the key's holder", most: 128), isRequired: true),
            Field("kind", \.kind, .actorKind),
            Field(
                "roles", \.roles,
                .set(of: .text("a role", most: 128), isEmptyAllowed: true, most: 256)),
            Field("expires", \.expires, .optional(.instant)),
            Field("lasts", \.lasts, .optional(.lifetime)),
            Field("revoked", \.revoked, .optional(.instant)),
        ])
}

extension Form where Value == String {
    fileprivate static let keyID = Form.scalar(
        "a key's id", write: { .string($0) }
    ) { text throws(Complaint) in
        let isID = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) }
        guard text.utf8.count == 8, isID else {
            throw Complaint("a key's id is eight characters of a-z and 2-7")
        }
        return text
    }

    fileprivate static let keyDigest = Form.scalar(
        "`sha256:` and 64 hexadecimal digits", write: { .string($0) }
    ) { text throws(Complaint) in
        guard text.hasPrefix("sha256:"), Hex.decode(text.dropFirst(7))?.count == 32 else {
            throw Complaint("expected `sha256:` and 64 lower-case hexadecimal digits")
        }
        return text
    }
}

extension Form where Value == UTCInstant {
    /// A day, a second or a microsecond of UTC.
    fileprivate static let instant = Form.scalar(
        "a time such as 2027-01-31T00:00:00Z", write: { .string($0.rfc3339) }
    ) { text throws(Complaint) in
        let candidates = [text, text + "T00:00:00.000000Z", text.dropLast() + ".000000Z"]
        for candidate in candidates {
            if let instant = UTCInstant(rfc3339: candidate) { return instant }
        }
        throw Complaint("expected a day or a time in UTC such as 2027-01-31T00:00:00Z")
    }
}
