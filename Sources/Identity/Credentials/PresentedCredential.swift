// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Something in a request's header that may be one of our credentials.
package struct ShownCredential: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        /// A text that begins with `csk_`.
        case apiKey
        /// `Basic …` whose password or user begins so; the range includes the scheme.
        case basic
        /// A bearer token (RFC 6750 §2.1), perhaps of an unknown issuer.
        case bearer
        /// A token with a proof of possession (RFC 9449 §7.1).
        case dpop

        /// Whether the form alone says that it is meant for us.
        var isOurs: Bool { self == .apiKey || self == .basic }

        /// Whether it is a signed token.
        var isToken: Bool { self == .bearer || self == .dpop }
    }

    /// The kind of field that holds it; a field of another name is found by range.
    package enum Place: Hashable, Sendable {
        case authorization
        case xAPIKey
        case named
    }

    package let form: Form
    package let place: Place
    /// Where it is in the buffer whose offsets ``CredentialFields`` was given.
    package let range: Range<Int>

    package init(_ form: Form, in place: Place, _ range: Range<Int>) {
        self.form = form
        self.place = place
        self.range = range
    }
}

/// What a request's header shows of its sender, before any of it is trusted.
package enum PresentedCredential: Hashable, Sendable {
    /// None of the fields searched is there.
    case none
    /// What is there is the service's credential, not ours; the reason is for whoever needs one of
    /// ours.
    case foreign(Reason)
    case one(ShownCredential)
    /// Several of which at most one may be ours.
    case several([ShownCredential])
    /// The fields are ambiguous or malformed; no credential is picked from them.
    case refused(Reason)

    /// The one shown, if there is exactly one.
    package var only: ShownCredential? {
        if case .one(let shown) = self { shown } else { nil }
    }
}
