// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Personal values of one commitment, as sealed.
package struct OpenedDisclosure: Hashable, Sendable {
    package let group: CommitGroup
    package let subject: SubjectID
    package let salt: Salt
    /// Canonical JSON as sealed; hostile like everything that came with a request.
    package let value: [UInt8]
    /// The commitment to the values, according to the block.
    package let commitment: Hash256

    /// Whether ``commitment`` was made from salt and value; false means tampering.
    package var matchesCommitment: Bool {
        Disclosure.commitment(group: group, salt: salt, value: value) == commitment
    }
}
