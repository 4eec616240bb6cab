// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Whether somebody may approve what somebody else asked for. Two accounts are not yet two people: who can make an
/// account, or set its password, could be both.
package enum TwoPersonRule {
    /// Why an approval does not count.
    package enum Obstacle: Hashable, Sendable {
        /// The same account asked and approves.
        case samePerson
        /// One of them has been removed.
        case removed
        /// One of them was made after the request, or was given another password by somebody else since.
        case tooYoung
        /// One of them made the other, or last set its password.
        case dependent
    }

    /// - Parameter time: when it was asked for.
    package static func obstacle(
        requester: Account, approver: Account, requested time: UTCInstant
    ) -> Obstacle? {
        guard requester.id != approver.id else { return .samePerson }
        for (one, other) in [(requester, approver), (approver, requester)] {
            guard one.removed == nil else { return .removed }
            let deeds = [one.created] + (one.reset.map { [$0] } ?? [])
            guard deeds.allSatisfy({ $0.at < time }) else { return .tooYoung }
            guard deeds.allSatisfy({ $0.by != other.id }) else { return .dependent }
        }
        return nil
    }
}
