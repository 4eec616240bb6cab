// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import ByteCoding

extension AccountBook {
    /// What is known of somebody whom the log names, for what takes two persons (``TwoPersonRule``).
    ///
    /// An account that is not in the file counts for nobody: nothing is known of it.
    package func approver(_ name: String) -> Approver {
        guard Account.isID(name) else { return .hostUser(name) }
        return account(id: name)?.approver
            ?? Approver(
                name: name, person: name,
                account: Approver.Account(
                    since: UTCInstant(microseconds: .max), owedTo: [], isRemoved: true))
    }
}

extension Account {
    fileprivate var approver: Approver {
        let deeds = [created] + (reset.map { [$0] } ?? [])
        return Approver(
            name: id, person: id,
            account: Approver.Account(
                since: deeds.map(\.at).max() ?? created.at, owedTo: Set(deeds.map(\.by)),
                isRemoved: removed != nil))
    }
}
