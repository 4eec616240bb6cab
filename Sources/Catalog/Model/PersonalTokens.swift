// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

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

    package enum Value: Hashable, Sendable {
        /// The access has none.
        case absent
        /// It has one that could not be opened, or was erased.
        case withheld
        case token(Token)
    }

    /// The month whose key made them: `YYYY-MM`.
    package var period = ""
    package var names = Value.absent
    package var address = Value.absent
    package var path = Value.absent
    package var agent = Value.absent

    package init() {}
}
