// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// One way in which a leaf fails to be a record as in record.md.
package struct RecordFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The leaf is not canonical JSON, or not an object, or nested too deeply.
        case notCanonical(JSONFault)
        /// More than 65,535 bytes.
        case tooLong
        /// A mandatory member is absent.
        case missing
        /// A member is of another JSON type.
        case wrongType
        /// A member has a value or format that it may not have.
        case badValue
        case emptyString
        case stringTooLong
        case arrayTooLong
        case tooManyMembers
        /// A member's name has other characters than `[a-z0-9_]`.
        case badName
    }

    package var kind: Kind
    /// Dotted path of the member; empty for the whole leaf.
    package var path: String

    package init(_ kind: Kind, at path: String) {
        self.kind = kind
        self.path = path
    }
}
