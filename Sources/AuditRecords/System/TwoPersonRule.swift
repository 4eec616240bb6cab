// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// One of those who are for something that takes two persons.
package struct Approver: Hashable, Sendable {
    /// What is known of an account under which somebody acts.
    package struct Account: Hashable, Sendable {
        package var made: UTCInstant
        /// Who made it, or gave it another password or role since: persons.
        package var changedBy: Set<String>

        package init(made: UTCInstant, changedBy: Set<String>) {
            self.made = made
            self.changedBy = changedBy
        }
    }

    /// As the log names them: `actor.uid` of the record.
    package var name: String
    /// The human being, the same for all of their accounts.
    package var person: String
    /// Nil for a user of the host, of whom nothing more is known.
    package var account: Account?

    package init(name: String, person: String, account: Account?) {
        self.name = name
        self.person = person
        self.account = account
    }

    /// A user of the host.
    package static func hostUser(_ name: String) -> Approver {
        Approver(name: name, person: name, account: nil)
    }
}

/// Erasing, expiring and releasing take two persons, one of whom may be the one who asks.
package struct TwoPersonRule: Hashable, Sendable {
    /// Why a request is not approved by two persons.
    package enum Fault: Error, Hashable, Sendable {
        /// So many have approved it that count.
        case tooFew(Int)
        /// Whoever is root can be anybody.
        case root
        /// The account is not older than the request.
        case newAccount(String)
        /// The one who asks has made or changed this account.
        case madeByRequester(String)
    }

    package static let persons = 2

    package init() {}

    /// - Parameters:
    ///   - requester: who asks; as one of the approvers, if they are one.
    ///   - time: of the request.
    /// - Returns: the first fault; nil if two persons are for it.
    package func fault(
        _ approvers: [Approver], requester: Approver, at time: UTCInstant
    ) -> Fault? {
        var persons: Set<String> = []
        var found: Fault?
        for approver in approvers {
            if let fault = fault(approver, requester: requester, at: time) {
                found = found ?? fault
            } else {
                persons.insert(approver.person)
            }
        }
        if persons.count >= Self.persons { return nil }
        return found ?? .tooFew(persons.count)
    }

    private func fault(
        _ approver: Approver, requester: Approver, at time: UTCInstant
    ) -> Fault? {
        if approver.person == Self.root { return .root }
        guard let account = approver.account else { return nil }
        if account.made >= time { return .newAccount(approver.name) }
        let isOther = approver.person != requester.person
        if isOther, account.changedBy.contains(requester.person) {
            return .madeByRequester(approver.name)
        }
        return nil
    }

    private static let root = "uid:0"
}
