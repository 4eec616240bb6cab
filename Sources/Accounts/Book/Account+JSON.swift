// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Identity

extension Account.Deed {
    var json: JSONValue {
        .object([JSONMember("at", .string(at.rfc3339)), JSONMember("by", .string(by))])
    }

    init?(_ value: JSONValue) {
        guard let at = value["at"]?.string.flatMap({ UTCInstant(rfc3339: $0) }),
            let by = value["by"]?.string, (1...64).contains(by.utf8.count)
        else { return nil }
        self.init(at: at, by: by)
    }

    /// A member that may be missing: nil where it is, and a failure where it is something else.
    static func optional(_ value: JSONValue?) -> Account.Deed?? {
        guard let value else { return .some(nil) }
        return Account.Deed(value).map { .some($0) }
    }
}

extension Account {
    var json: JSONValue {
        var members = [
            JSONMember("created", created.json),
            JSONMember("generation", .integer(Int64(generation))),
            JSONMember("hash", .string(hash.text)), JSONMember("id", .string(id)),
            JSONMember("name", .string(name.text)),
        ]
        if let removed { members.append(JSONMember("removed", removed.json)) }
        if let reset { members.append(JSONMember("reset", reset.json)) }
        members.append(JSONMember("roles", .array(roles.names.map { .string($0) })))
        return .object(members)
    }

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.string, Self.isID(id),
            let text = value["name"]?.string, let name = AccountName(text), name.text == text,
            let hash = value["hash"]?.string.flatMap({ PasswordHash($0) }),
            let roles = Set<Role>(words: value["roles"]), !roles.isEmpty,
            let created = value["created"].flatMap({ Deed($0) }),
            let reset = Deed.optional(value["reset"]),
            let removed = Deed.optional(value["removed"]),
            let generation = value["generation"]?.integer.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(
            id: id, name: name, roles: roles, hash: hash, created: created, reset: reset,
            removed: removed, generation: generation)
    }
}

extension AccessToken {
    var json: JSONValue {
        var members = [
            JSONMember("account", .string(account)), JSONMember("created", created.json),
            JSONMember("digest", .string(digest.text)),
            JSONMember("expires", .string(expires.rfc3339)), JSONMember("id", .string(id)),
        ]
        if let lastUsed { members.append(JSONMember("last_used", .string(lastUsed.rfc3339))) }
        members.append(JSONMember("note", .string(note)))
        if let revoked { members.append(JSONMember("revoked", revoked.json)) }
        members.append(
            JSONMember("scope", .array(scope.map(\.rawValue).sorted().map { .string($0) })))
        return .object(members)
    }

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.string, SecretText.isID(id),
            let digest = value["digest"]?.string.flatMap({ APIKeyDigest($0) }),
            let account = value["account"]?.string, let note = value["note"]?.string,
            let scope = Set<Right>(words: value["scope"]),
            let created = value["created"].flatMap({ Account.Deed($0) }),
            let expires = value["expires"]?.string.flatMap({ UTCInstant(rfc3339: $0) }),
            let revoked = Account.Deed.optional(value["revoked"])
        else { return nil }
        var lastUsed: UTCInstant?
        if let text = value["last_used"] {
            guard let time = text.string.flatMap({ UTCInstant(rfc3339: $0) }) else { return nil }
            lastUsed = time
        }
        self.init(
            id: id, digest: digest, account: account, note: note, scope: scope, created: created,
            expires: expires, revoked: revoked, lastUsed: lastUsed)
    }
}

extension Set where Element: RawRepresentable, Element.RawValue == String {
    /// Words of a list, each of them known.
    init?(words value: JSONValue?) {
        guard let words = value?.array else { return nil }
        var set: Set<Element> = []
        for word in words {
            guard let element = word.string.flatMap({ Element(rawValue: $0) }) else { return nil }
            set.insert(element)
        }
        self = set
    }
}
