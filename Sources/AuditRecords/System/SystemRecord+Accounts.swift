// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures

/// Something about the accounts of those who look: `account` of a record. Accounts are named by their ids; what they are
/// called is in the accounts file alone.
package struct AccountFacts: Hashable, Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        case create
        case roles
        case password
        case remove
        case tokenCreate
        case tokenRevoke
        case logOn
        case logOff
        /// Somebody did not get in.
        case refused
        /// Somebody who is in has no right to what they asked for.
        case denied
    }

    package var kind: Kind
    /// The account that it is about; nil where none was named.
    package var account: String?
    /// What the account gets.
    package var roles: [String]
    /// The public id of the access token that it is about.
    package var token: String?
    /// What the token may; what somebody may not.
    package var scope: [String]
    /// When the token ends.
    package var expires: UTCInstant?
    /// Attempts to log in that were not looked at since the last such record.
    package var heldBack: UInt64?

    package init(
        _ kind: Kind, account: String?, roles: [String] = [], token: String? = nil,
        scope: [String] = [], expires: UTCInstant? = nil, heldBack: UInt64? = nil
    ) {
        self.kind = kind
        self.account = account
        self.roles = roles
        self.token = token
        self.scope = scope
        self.expires = expires
        self.heldBack = heldBack
    }

    fileprivate var json: JSONValue {
        var members: [JSONMember] = []
        members.add("expires", expires?.rfc3339)
        members.add("held_back", heldBack)
        members.add("id", account)
        if !roles.isEmpty {
            members.append(JSONMember("roles", .array(roles.map { .string($0) })))
        }
        if !scope.isEmpty {
            members.append(JSONMember("scope", .array(scope.map { .string($0) })))
        }
        members.add("token", token)
        return .object(members)
    }
}

extension AccountFacts.Kind {
    var action: EventAction {
        switch self {
        case .create: .accountCreate
        case .roles: .accountRoles
        case .password: .accountPassword
        case .remove: .accountRemove
        case .tokenCreate: .tokenCreate
        case .tokenRevoke: .tokenRevoke
        case .logOn, .refused: .authLogon
        case .logOff: .authLogoff
        case .denied: .authDenied
        }
    }

    /// OCSF activity of Account Change and Authentication.
    fileprivate var activity: Int {
        switch self {
        case .create: 1
        case .roles: 7
        case .password: 3
        case .remove: 6
        case .tokenCreate, .tokenRevoke, .denied: 99
        case .logOn, .refused: 1
        case .logOff: 2
        }
    }

    /// Whether it is about a login, and not about what is in the accounts file.
    fileprivate var isAuthentication: Bool {
        switch self {
        case .logOn, .logOff, .refused, .denied: true
        case .create, .roles, .password, .remove, .tokenCreate, .tokenRevoke: false
        }
    }
}

extension SystemRecord {
    /// `account.*` and `token.*`, OCSF Account Change; `auth.*`, OCSF Authentication. Durable before a change is in
    /// force, and before somebody is let in.
    ///
    /// - Parameter actor: who does it.
    package static func account(
        _ facts: AccountFacts, uid: UniqueID, time: UTCInstant, actor: Principal
    ) -> SystemRecord {
        let refusal: (reason: String, message: String)? =
            switch facts.kind {
            case .refused: ("wrong_password", "The name or the password was wrong.")
            case .denied: ("right_missing", "The account lacks the right for what it asked for.")
            default: nil
            }
        let isAuthentication = facts.kind.isAuthentication
        var record = SystemRecord(
            uid: uid, time: time, category: isAuthentication ? .auth : .admin,
            eventClass: isAuthentication ? .authentication : .accountChange,
            activity: facts.kind.activity, action: facts.kind.action,
            end: refusal != nil
                ? EventEnd(outcome: .failure, severity: .medium)
                : EventEnd(
                    outcome: .success, severity: isAuthentication ? .informational : .medium),
            actor: actor, details: [JSONMember("account", facts.json)])
        if let refusal {
            record.decision = refused(refusal.reason)
            record.reason = refusal.reason
            record.message = refusal.message
        }
        return record
    }
}
