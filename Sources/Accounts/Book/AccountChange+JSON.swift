// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// A change as a command on the host hands it to the running server: passwords are hashes by then.
extension AccountChange {
    package var json: JSONValue {
        func object(_ change: String, _ members: [JSONMember]) -> JSONValue {
            .object([JSONMember("change", .string(change))] + members)
        }
        switch self {
        case .create(let id, let name, let roles, let hash, let isFirst):
            return object(
                "create",
                [
                    JSONMember("id", .string(id)), JSONMember("name", .string(name.text)),
                    JSONMember("roles", .array(roles.names.map { .string($0) })),
                    JSONMember("hash", .string(hash.text)), JSONMember("first", .bool(isFirst)),
                ])
        case .setRoles(let name, let roles):
            return object(
                "roles",
                [
                    JSONMember("name", .string(name.text)),
                    JSONMember("roles", .array(roles.names.map { .string($0) })),
                ])
        case .setPassword(let name, let hash):
            return object(
                "password",
                [JSONMember("name", .string(name.text)), JSONMember("hash", .string(hash.text))])
        case .rehash(let id, let hash):
            return object(
                "rehash", [JSONMember("id", .string(id)), JSONMember("hash", .string(hash.text))])
        case .remove(let name): return object("remove", [JSONMember("name", .string(name.text))])
        case .addToken(let token): return object("token", [JSONMember("token", token.json)])
        case .revokeToken(let id): return object("revoke", [JSONMember("id", .string(id))])
        case .noteUse(let id): return object("use", [JSONMember("id", .string(id))])
        }
    }

    package init?(_ value: JSONValue) {
        let name = value["name"]?.string.flatMap { AccountName($0) }
        let hash = value["hash"]?.string.flatMap { PasswordHash($0) }
        let id = value["id"]?.string
        let roles = value["roles"].flatMap { Set<Role>(words: $0) }
        switch value["change"]?.string {
        case "create":
            guard let id, Account.isID(id), let name, let roles, let hash,
                let isFirst = value["first"]?.bool
            else { return nil }
            self = .create(id: id, name: name, roles: roles, hash: hash, isFirst: isFirst)
        case "roles":
            guard let name, let roles else { return nil }
            self = .setRoles(name, roles)
        case "password":
            guard let name, let hash else { return nil }
            self = .setPassword(name, hash)
        case "rehash":
            guard let id, let hash else { return nil }
            self = .rehash(account: id, hash)
        case "remove":
            guard let name else { return nil }
            self = .remove(name)
        case "token":
            guard let token = value["token"].flatMap({ AccessToken($0) }) else { return nil }
            self = .addToken(token)
        case "revoke":
            guard let id else { return nil }
            self = .revokeToken(id: id)
        case "use":
            guard let id else { return nil }
            self = .noteUse(token: id)
        default: return nil
        }
    }
}
