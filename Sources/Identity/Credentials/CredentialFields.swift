// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// Finds what may be one of our credentials among the fields in which sources look.
///
/// It is given every such field of the head in turn; for bearer tokens and API keys it never
/// allocates. Query, cookie and body are not searched, so a token there does not count.
///
/// | field | outcome |
/// |---|---|
/// | none | ``PresentedCredential/none`` |
/// | `Authorization: Bearer TOKEN`, one space or more | bearer token, or API key where TOKEN starts with `csk_` |
/// | `Authorization: Basic …` | API key where the password or the user starts with `csk_` |
/// | `X-Api-Key: KEY`, or a field of the configuration's choice | API key where KEY starts with `csk_`, else a token |
/// | `Authorization: DPoP TOKEN` | a token that is never accepted: proofs are not checked here |
/// | two that are ours by their form, one field twice | `ambiguous_credentials` |
/// | comma, space or tab within a bearer credential, or beside a `csk_` | `ambiguous_credentials` |
/// | anything else | the service's own |
package struct CredentialFields: Sendable {
    private var found = PresentedCredential.none
    private var seen: CredentialPlacesSeen = []
    private var isRepeated = false

    package init() {}

    /// What the fields seen so far show.
    package var credential: PresentedCredential {
        guard isRepeated else { return found }
        // A service may read the other of the two.
        switch found {
        case .one, .several: return .refused(.ambiguousCredentials)
        case .none, .foreign, .refused: return found
        }
    }

    /// Takes the value of one `Authorization` field.
    ///
    /// - Parameters:
    ///   - offset: where the value starts in the buffer that ranges refer to.
    ///   - kinds: what to look for in this field.
    package mutating func addAuthorization(
        _ value: Span<UInt8>, at offset: Int, _ kinds: CredentialKinds
    ) {
        guard !kinds.isEmpty else { return }
        note(.authorization)
        take(Self.readAuthorization(value, at: offset, kinds))
    }

    /// Takes the value of one `X-Api-Key` field, as ``addAuthorization(_:at:_:)`` does.
    package mutating func addAPIKey(
        _ value: Span<UInt8>, at offset: Int, _ kinds: CredentialKinds
    ) {
        guard !kinds.isEmpty else { return }
        note(.xAPIKey)
        take(Self.readBare(value, at: offset, in: .xAPIKey, kinds))
    }

    /// Takes the value of one field chosen by the configuration.
    package mutating func addNamed(
        _ value: Span<UInt8>, at offset: Int, _ kinds: CredentialKinds, isRepeated: Bool
    ) {
        if isRepeated { self.isRepeated = true }
        take(Self.readBare(value, at: offset, in: .named, kinds))
    }

    private mutating func note(_ place: CredentialPlacesSeen) {
        if seen.contains(place) { isRepeated = true }
        seen.insert(place)
    }

    private mutating func take(_ reading: PresentedCredential) {
        if case .none = found {
            found = reading
            return
        }
        switch (found, reading) {
        case (_, .none), (.refused, _), (.foreign, .foreign): return
        case (_, .refused), (.foreign, _), (.none, _): found = reading
        case (_, .foreign): return
        case (.one(let first), .one(let second)):
            found =
                first.form.isOurs && second.form.isOurs
                ? .refused(.ambiguousCredentials) : .several([first, second])
        case (.several(let some), .one(let another)):
            found =
                some.count < Self.mostShown
                ? .several(some + [another]) : .refused(.ambiguousCredentials)
        case (_, .several): return
        }
    }

    private static let mostShown = 8

    private static func readAuthorization(
        _ value: Span<UInt8>, at offset: Int, _ kinds: CredentialKinds
    ) -> PresentedCredential {
        var schemeEnd = 0
        while schemeEnd < value.count, isSchemeCharacter(value[schemeEnd]) { schemeEnd += 1 }
        guard schemeEnd > 0, schemeEnd == value.count || value[schemeEnd] == space else {
            return holdsKey(value, from: 0, kinds)
                ? .refused(.ambiguousCredentials) : .foreign(.tokenMalformed)
        }
        // RFC 9110 §11.4: one space or more.
        var start = schemeEnd
        while start < value.count, value[start] == space { start += 1 }
        let whole = offset..<offset + value.count
        let range = offset + start..<offset + value.count
        if isScheme("bearer", value, end: schemeEnd) {
            return readBearer(value, from: start, range, in: .authorization, kinds)
        }
        if isScheme("basic", value, end: schemeEnd), kinds.contains(.keys) {
            switch BasicCredential.read(value.extracting(start..<value.count)) {
            case .key: return .one(ShownCredential(.basic, in: .authorization, whole))
            case .twoKeys: return .refused(.ambiguousCredentials)
            case .foreign: break
            }
        }
        if holdsKey(value, from: start, kinds) { return .refused(.ambiguousCredentials) }
        guard isScheme("dpop", value, end: schemeEnd), kinds.contains(.tokens) else {
            return .foreign(.noCredentials)
        }
        return .one(ShownCredential(.dpop, in: .authorization, range))
    }

    private static func readBearer(
        _ value: Span<UInt8>, from start: Int, _ range: Range<Int>,
        in place: ShownCredential.Place, _ kinds: CredentialKinds
    ) -> PresentedCredential {
        guard start < value.count else { return .foreign(.tokenMalformed) }
        // Possibly two credentials folded into one field.
        guard !value.holdsListSeparator(from: start) else {
            return .refused(.ambiguousCredentials)
        }
        if kinds.contains(.keys), isAPIKey(value, from: start) {
            return .one(ShownCredential(.apiKey, in: place, range))
        }
        guard kinds.contains(.tokens) else { return .foreign(.noCredentials) }
        return .one(ShownCredential(.bearer, in: place, range))
    }

    /// A value without a scheme.
    private static func readBare(
        _ value: Span<UInt8>, at offset: Int, in place: ShownCredential.Place,
        _ kinds: CredentialKinds
    ) -> PresentedCredential {
        let range = offset..<offset + value.count
        guard !value.holdsListSeparator(from: 0) else {
            return holdsKey(value, from: 0, kinds)
                ? .refused(.ambiguousCredentials) : .foreign(.unknownKey)
        }
        if kinds.contains(.keys), isAPIKey(value, from: 0) {
            return .one(ShownCredential(.apiKey, in: place, range))
        }
        guard kinds.contains(.tokens), value.count > 0 else { return .foreign(.unknownKey) }
        return .one(ShownCredential(.bearer, in: place, range))
    }

    /// Whether an API key begins anywhere in a list, where another reader could find it.
    private static func holdsKey(
        _ value: Span<UInt8>, from start: Int, _ kinds: CredentialKinds
    ) -> Bool {
        guard kinds.contains(.keys) else { return false }
        return (start..<value.count).contains { isAPIKey(value, from: $0) }
    }

    private static let space = UInt8(ascii: " ")

    /// `token` of RFC 9110 §5.6.2.
    private static func isSchemeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E,
            0x5E, 0x5F, 0x60, 0x7C, 0x7E:
            true
        default: false
        }
    }

    /// Scheme names ignore case (RFC 9110 §11.1); `name` is in lower case.
    private static func isScheme(_ name: String, _ value: Span<UInt8>, end: Int) -> Bool {
        guard name.utf8.count == end else { return false }
        var at = 0
        for byte in name.utf8 {
            guard value[at] | 0x20 == byte else { return false }
            at += 1
        }
        return true
    }

    private static func isAPIKey(_ value: Span<UInt8>, from start: Int) -> Bool {
        value.count - start >= 4 && value[start] == UInt8(ascii: "c")
            && value[start + 1] == UInt8(ascii: "s") && value[start + 2] == UInt8(ascii: "k")
            && value[start + 3] == UInt8(ascii: "_")
    }
}

/// The usual fields that have occurred.
private struct CredentialPlacesSeen: OptionSet, Sendable {
    let rawValue: UInt8

    static let authorization = CredentialPlacesSeen(rawValue: 1)
    static let xAPIKey = CredentialPlacesSeen(rawValue: 2)
}
