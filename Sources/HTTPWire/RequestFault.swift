// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Why a request head was refused and at which byte; the connection must be closed after the answer.
///
/// Each kind has a reason to answer with.
package struct RequestFault: Error, Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case malformedRequestLine = "malformed_request_line"
        case malformedHeader = "malformed_header"
        case malformedTarget = "malformed_target"
        case malformedHost = "malformed_host"
        case malformedPath = "malformed_path"
        case ambiguousFraming = "ambiguous_framing"
        case unsupportedTransferCoding = "unsupported_transfer_coding"
        case unsupportedVersion = "unsupported_version"
        case methodNotSupported = "method_not_supported"
        case unknownExpectation = "unknown_expectation"
        case headTooLarge = "head_too_large"
        case tooManyFields = "too_many_fields"
        case targetTooLong = "target_too_long"
    }

    package let kind: Kind
    /// Distance in bytes from the start of the head.
    package let offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
