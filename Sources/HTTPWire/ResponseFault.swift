// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a service's response head was refused and at which byte.
///
/// The client gets a 502 and the connection to the service must be closed: what follows on it
/// cannot be distinguished from the response.
package struct ResponseFault: Error, Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case malformedStatusLine = "malformed_status_line"
        case unsupportedVersion = "unsupported_version"
        case malformedHeader = "malformed_header"
        case ambiguousFraming = "ambiguous_framing"
        case unsupportedTransferCoding = "unsupported_transfer_coding"
        /// 101, although no request of ours asks for it.
        case unexpectedUpgrade = "unexpected_upgrade"
        case interimTooLarge = "interim_too_large"
        case headTooLarge = "head_too_large"
        case tooManyFields = "too_many_fields"
    }

    package let kind: Kind
    /// Distance in bytes from the start of the head.
    package let offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
