// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A header field that may hold a credential.
package enum CredentialField: Hashable, Sendable {
    case authorization
    case xAPIKey
    /// Any other, by its name in lower case.
    case named(String)

    package init(name: String) {
        self =
            switch name {
            case "authorization": .authorization
            case "x-api-key": .xAPIKey
            default: .named(name)
            }
    }

    package static let usualOfKeys: Set<CredentialField> = [.authorization, .xAPIKey]
    package static let usualOfTokens: Set<CredentialField> = [.authorization]
}

/// What kinds of credentials to look for in one field.
package struct CredentialKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let keys = CredentialKinds(rawValue: 1)
    package static let tokens = CredentialKinds(rawValue: 2)
}

/// Where the configured sources look for credentials; everything else is the services' own.
///
/// A key of any source is accepted wherever some source of keys looks, and tokens likewise.
package struct CredentialPlaces: Hashable, Sendable {
    /// A field chosen by the configuration.
    package struct Named: Hashable, Sendable {
        /// In lower case.
        package let name: [UInt8]
        package let kinds: CredentialKinds
    }

    package let authorization: CredentialKinds
    package let xAPIKey: CredentialKinds
    /// Usually none.
    package let named: [Named]

    package init(keys: Set<CredentialField>, tokens: Set<CredentialField>) {
        func kinds(_ field: CredentialField) -> CredentialKinds {
            var kinds: CredentialKinds = []
            if keys.contains(field) { kinds.insert(.keys) }
            if tokens.contains(field) { kinds.insert(.tokens) }
            return kinds
        }
        authorization = kinds(.authorization)
        xAPIKey = kinds(.xAPIKey)
        named = keys.union(tokens).compactMap { field in
            guard case .named(let name) = field else { return nil }
            return Named(name: Array(name.utf8), kinds: kinds(field))
        }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Whether a client that can only send Basic (git, pip, docker) may show a key so.
    package var takesBasic: Bool { authorization.contains(.keys) }
}
