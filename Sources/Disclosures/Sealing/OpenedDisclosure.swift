// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Personal values of one commitment, as they were sealed.
package struct OpenedDisclosure: Hashable, Sendable {
    package let group: CommitGroup
    package let subject: SubjectID
    package let salt: Salt
    /// Canonical JSON as sealed; hostile like everything that came with a request.
    package let value: [UInt8]
    /// What the block says the values are committed to with.
    package let commitment: Hash256

    /// Whether salt and value are what ``commitment`` was made of; false is tampering.
    package var matchesCommitment: Bool {
        Disclosure.commitment(group: group, salt: salt, value: value) == commitment
    }
}
