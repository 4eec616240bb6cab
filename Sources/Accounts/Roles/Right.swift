// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Something that an account may do on the admin address. There is no order among rights: none includes another.
package enum Right: String, CaseIterable, Sendable {
    case statusRead = "status.read"
    case logRead = "log.read"
    case logVerify = "log.verify"
    case logExport = "log.export"
    case logReview = "log.review"
    case personalRead = "personal.read"
    case auditRead = "audit.read"
    case proxyOperate = "proxy.operate"
    case privacyFind = "privacy.find"
    case privacyRequest = "privacy.request"
    case privacyApprove = "privacy.approve"
    case accountRead = "account.read"
    case accountManage = "account.manage"

    /// What the right is for, for people.
    package var meaning: String {
        switch self {
        case .statusRead: "see how the proxy stands, and what it counts"
        case .logRead: "read and search records, without personal values"
        case .logVerify: "have the log checked"
        case .logExport: "write records out"
        case .logReview: "sign off what was reviewed"
        case .personalRead: "see personal values, each time with a purpose"
        case .auditRead: "see who looked at the log, and for what"
        case .proxyOperate: "reload the proxy, and change its signing keys"
        case .privacyFind: "find and report what the log holds about one person"
        case .privacyRequest: "ask for erasure or for a hold"
        case .privacyApprove: "approve what somebody else asked for"
        case .accountRead: "list accounts and access tokens"
        case .accountManage: "make, change and remove accounts"
        }
    }
}
