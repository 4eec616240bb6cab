// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// Finds the one credential of a request among its `Authorization` and `X-Api-Key` fields.
///
/// It is fed every such field of the head in turn and never allocates. Query, cookie and body are
/// not looked at, so a token there counts for nothing. One credential in one field is accepted:
///
/// | fields | outcome |
/// |---|---|
/// | none | ``PresentedCredential/none`` |
/// | `Authorization: Bearer TOKEN` | bearer token, or API key where TOKEN starts with `csk_` |
/// | `X-Api-Key: KEY` | API key |
/// | several fields, equal or not | `ambiguous_credentials` |
/// | comma, space or tab behind the scheme | `ambiguous_credentials` |
/// | `Authorization: DPoP …` | `token_type`: proof of possession is not checked here |
/// | another well-formed scheme | `no_credentials`: none of an accepted kind |
/// | anything else | `token_malformed` |
package struct CredentialFields: Sendable {
    private var fieldCount = 0
    private var found = PresentedCredential.none

    package init() {}

    /// The credential of the fields seen so far.
    package var credential: PresentedCredential {
        fieldCount > 1 ? .refused(.ambiguousCredentials) : found
    }

    /// Takes the value of one `Authorization` field.
    ///
    /// - Parameter offset: where the value starts in the buffer that ranges shall refer to.
    package mutating func addAuthorization(_ value: Span<UInt8>, at offset: Int) {
        fieldCount += 1
        guard fieldCount == 1 else { return }
        found = Self.readAuthorization(value, at: offset)
    }

    /// Takes the value of one `X-Api-Key` field.
    ///
    /// - Parameter offset: where the value starts in the buffer that ranges shall refer to.
    package mutating func addAPIKey(_ value: Span<UInt8>, at offset: Int) {
        fieldCount += 1
        guard fieldCount == 1 else { return }
        found =
            switch Self.shape(of: value, from: 0) {
            case .text: .apiKey(offset..<offset + value.count)
            case .list: .refused(.ambiguousCredentials)
            case .empty, .foreign: .refused(.unknownKey)
            }
    }

    private static func readAuthorization(_ value: Span<UInt8>, at offset: Int)
        -> PresentedCredential
    {
        var schemeEnd = 0
        while schemeEnd < value.count, isSchemeCharacter(value[schemeEnd]) { schemeEnd += 1 }
        guard schemeEnd > 0, schemeEnd == value.count || value[schemeEnd] == space else {
            return .refused(.tokenMalformed)
        }
        guard isScheme("bearer", value, end: schemeEnd) else {
            return .refused(isScheme("dpop", value, end: schemeEnd) ? .tokenType : .noCredentials)
        }
        guard schemeEnd < value.count else { return .refused(.tokenMalformed) }
        let start = schemeEnd + 1
        switch shape(of: value, from: start) {
        case .list: return .refused(.ambiguousCredentials)
        case .empty, .foreign: return .refused(.tokenMalformed)
        case .text: break
        }
        let range = offset + start..<offset + value.count
        return isAPIKey(value, from: start) ? .apiKey(range) : .bearer(range)
    }

    private enum Shape {
        case empty
        /// Characters of base64url, compact serialisation and API keys only.
        case text
        /// A comma or white space: perhaps two credentials folded into one field.
        case list
        case foreign
    }

    private static func shape(of value: Span<UInt8>, from start: Int) -> Shape {
        var shape = Shape.empty
        for at in start..<value.count {
            switch value[at] {
            case UInt8(ascii: ","), space, 0x09: return .list
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                if shape == .empty { shape = .text }
            default: shape = .foreign
            }
        }
        return shape
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
