// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Policy

/// An API key as it is stored: whom it stands for, and a hash that finds it and gives nothing away.
package struct APIKeyEntry: Hashable, Sendable {
    /// The key's public name; unique.
    package var id: String
    /// Of the key's text, which is nowhere.
    package var digest: String
    /// Who holds the key.
    package var name: String
    package var kind: Principal.Kind
    package var roles: [String]
    /// From this moment on the key is refused; nil: never.
    package var expires: UTCInstant?
    /// How long the key was made for, nil: unknown. Says nothing of whether it is good: it is what
    /// `countersign token rotate` makes the next key for.
    package var lasts: KeyLifetime?
    /// When the key was withdrawn; nil: it was not. It stays in the file so that its use is told by name.
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
        keys: [
            Key(
                "id", \.id, .keyID, isRequired: true,
                "The key's public name, eight characters of `a`–`z` and `2`–`7`. Unique.",
                example: "abcdefgh"),
            Key(
                "digest", \.digest, .keyDigest, isRequired: true,
                "`sha256:` and the 64 lower-case hexadecimal digits of the key's SHA-256.",
                example:
                    "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
            Key(
                "name", \.name, .text("a name for the key's holder", most: 128), isRequired: true,
                "Who holds the key. All keys of one name are the same caller.", example: "ci"),
            Key("kind", \.kind, .actorKind, "What its holder is.", example: "user"),
            Key(
                "roles", \.roles,
                .set(of: .text("a role", most: 128), isEmptyAllowed: true, most: 256),
                "The roles of its holder.", example: "[reader]"),
            Key(
                "expires", \.expires, .optional(.instant),
                "From this moment on the key is refused.", example: "2027-01-31T00:00:00Z"),
            Key(
                "lasts", \.lasts, .optional(.lifetime),
                "How long the key was made for, and `countersign token rotate` makes the next one for.",
                example: "90d"),
            Key(
                "revoked", \.revoked, .optional(.instant),
                "When the key was withdrawn. It stays in the file so that its use is told by name.",
                example: "2027-01-31T00:00:00Z"),
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
