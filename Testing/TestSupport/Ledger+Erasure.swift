// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import ByteCoding
package import Disclosures
package import Ledger
package import Merkle

/// Erasures, as two users of the host agree on them.
extension Ledger {
    /// A request that two persons are for.
    @discardableResult
    package func requestErasure(of ids: [SubjectID]) throws -> UniqueID {
        let request = try carryOut(
            PrivacyFacts(
                .request(.erase), scope: PrivacyScope(subjects: ids),
                reference: PrivacyReference("DSR-7"), basis: .objection), by: .hostUser(1001),
            account: Approver.hostUser
        ).uid
        try bySecondPerson(.approve, request)
        return request
    }

    @discardableResult
    package func bySecondPerson(
        _ deed: PrivacyFacts.Deed, _ request: UniqueID
    ) throws -> (uid: UniqueID, index: LeafIndex) {
        try carryOut(
            PrivacyFacts(deed, about: request), by: .hostUser(1002), account: Approver.hostUser)
    }

    /// Destroys the keys of people.
    @discardableResult
    package func erase(_ ids: [SubjectID]) throws -> (uid: UniqueID, index: LeafIndex) {
        try bySecondPerson(.erase, try requestErasure(of: ids))
    }
}
