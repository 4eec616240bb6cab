// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What was done, as `noun.verb`: `event.action`.
package enum EventAction: String, CaseIterable, Sendable {
    case httpRequest = "http.request"
    case databaseStatement = "db.statement"
    case kubernetesRequest = "k8s.request"
    case mcpMessage = "mcp.message"
    case sessionStart = "session.start"
    case sessionEnd = "session.end"
    case foreignEvent = "foreign.event"
    case logStart = "log.start"
    case logStop = "log.stop"
    case logAdopt = "log.adopt"
    case heartbeat = "audit.heartbeat"
    case gap = "audit.gap"
    case configLoaded = "config.loaded"
    case configRejected = "config.rejected"
    case logQuery = "log.query"
    case logExport = "log.export"
    case logTail = "log.tail"
    case keyRotate = "key.rotate"
    case keyRetire = "key.retire"
    case privacyRequest = "privacy.request"
    case privacyApprove = "privacy.approve"
    case privacyRefuse = "privacy.refuse"
    case privacyErase = "privacy.erase"
    case accountCreate = "account.create"
    case accountRoles = "account.roles"
    case accountPassword = "account.password"
    case accountRemove = "account.remove"
    case tokenCreate = "token.create"
    case tokenRevoke = "token.revoke"
    case authLogon = "auth.logon"
    case authLogoff = "auth.logoff"
    case authDenied = "auth.denied"
    case privacyExpire = "privacy.expire"
    case privacyEraseDone = "privacy.erase.done"
    case privacyHold = "privacy.hold"
    case privacyRelease = "privacy.release"
    case outputReject = "output.reject"
    case outputGap = "output.gap"
    case reviewSignoff = "review.signoff"

    /// Those of somebody who read the log: what takes a right of its own to see.
    package static let readings: [EventAction] = [.logQuery, .logExport, .logTail]

    /// The actions whose records name keys that are destroyed after them.
    package static let erasing: [EventAction] = [.privacyErase, .privacyExpire]
}
