// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A set of rights with a name, which accounts get. A role is no rank: an account has the rights of all its roles, and
/// whoever manages accounts gets no other right by that.
package enum Role: String, CaseIterable, Sendable {
    case `operator`
    case auditor
    case privacy
    case admin

    package var rights: Set<Right> {
        switch self {
        case .operator: [.statusRead, .logRead, .logVerify, .proxyOperate]
        case .auditor:
            [
                .statusRead, .logRead, .logVerify, .logExport, .logReview, .personalRead,
                .auditRead, .accountRead,
            ]
        case .privacy:
            [.statusRead, .logRead, .privacyFind, .privacyRequest, .privacyApprove]
        case .admin: [.statusRead, .accountRead, .accountManage]
        }
    }

    /// What the role is for, for people.
    package var meaning: String {
        switch self {
        case .operator: "runs the proxy; sees no personal value"
        case .auditor: "reads, verifies and exports; changes nothing"
        case .privacy: "finds and erases what is about one person; erasing takes two"
        case .admin: "manages accounts; sees no record, and approves nothing"
        }
    }
}

extension Collection<Role> {
    /// What all of them together may.
    package var rights: Set<Right> { reduce(into: []) { $0.formUnion($1.rights) } }

    /// Their names in a fixed order.
    package var names: [String] { map(\.rawValue).sorted() }
}
