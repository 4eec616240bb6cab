// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Disclosures

/// What a row keeps of an access's personal values: a token for each, never the text.
///
/// A token is an HMAC under a key of the period, cut to 63 bits: hits are opened and compared, so that two values with
/// one token cost a look and nothing else.
package struct PersonalTokens: Hashable, Sendable {
    /// Of one value.
    package struct Token: Hashable, Sendable {
        package var value: Int64
        /// Of its network prefixes, of the path up to each segment, or of each of several names.
        package var wider: [Int64]

        package init(value: Int64, wider: [Int64] = []) {
            self.value = value
            self.wider = wider
        }
    }

    /// The keys that a group of values is sealed under, and with whose destruction its tokens go: those of the block, and
    /// of nothing that the record says of its actor.
    package struct Seal: Hashable, Sendable {
        package var subject: SubjectID
        package var period: Period

        package init(subject: SubjectID, period: Period) {
            self.subject = subject
            self.period = period
        }
    }

    package enum Value: Hashable, Sendable {
        /// The access has none.
        case absent
        /// It has one that could not be opened, or was erased.
        case withheld
        case token(Token)
    }

    /// Of the names; nil where there are none, or nobody can open them.
    package var whoSeal: Seal?
    /// Of the address and the user agent.
    package var whereSeal: Seal?
    /// Of the path.
    package var whatSeal: Seal?
    package var names = Value.absent
    package var address = Value.absent
    package var path = Value.absent
    package var agent = Value.absent

    package init() {}
}
