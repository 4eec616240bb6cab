// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// One of those who are for something that takes two persons.
package struct Approver: Hashable, Sendable {
    /// What is known of an account under which somebody acts.
    package struct Account: Hashable, Sendable {
        /// When it was made, or last given a password by somebody else.
        package var since: UTCInstant
        /// Who made it and who last gave it a password: persons who may have it, too.
        package var owedTo: Set<String>
        package var isRemoved: Bool

        package init(since: UTCInstant, owedTo: Set<String>, isRemoved: Bool = false) {
            self.since = since
            self.owedTo = owedTo
            self.isRemoved = isRemoved
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
///
/// Two accounts are not yet two persons: who made an account, or set its password, could be both. This is the only place
/// where that is judged, for users of the host and for accounts alike.
package struct TwoPersonRule: Hashable, Sendable {
    /// Why a request is not approved by two persons.
    package enum Fault: Error, Hashable, Sendable {
        /// So many have approved it that count.
        case tooFew(Int)
        /// Whoever is root can be anybody.
        case root
        /// The account is not older than the request, or was given another password since.
        case newAccount(String)
        case removedAccount(String)
        /// The one who asks has made this account, or set its password.
        case madeByRequester(String)
        /// One of these has made the other's account, or set its password.
        case notApart(String, String)
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
        var counted: [Approver] = []
        var found: Fault?
        for approver in approvers {
            if let fault = fault(of: approver, requester: requester, at: time) {
                found = found ?? fault
            } else {
                counted.append(approver)
            }
        }
        for (place, one) in counted.enumerated() {
            for other in counted[..<place] where other.person != one.person {
                guard Self.owes(one, other) || Self.owes(other, one) else { return nil }
                found = found ?? .notApart(other.name, one.name)
            }
        }
        return found ?? .tooFew(Set(counted.map(\.person)).count)
    }

    /// Why one person's word does not count, whoever else is for it; nil where it does.
    package func fault(
        of approver: Approver, requester: Approver, at time: UTCInstant
    ) -> Fault? {
        if approver.person == Self.root { return .root }
        guard let account = approver.account else { return nil }
        if account.isRemoved { return .removedAccount(approver.name) }
        if account.since >= time { return .newAccount(approver.name) }
        let isOther = approver.person != requester.person
        return isOther && Self.owes(approver, requester) ? .madeByRequester(approver.name) : nil
    }

    /// Whether the other one may have this account, too.
    private static func owes(_ approver: Approver, _ other: Approver) -> Bool {
        approver.account?.owedTo.contains(other.person) ?? false
    }

    private static let root = "uid:0"
}
