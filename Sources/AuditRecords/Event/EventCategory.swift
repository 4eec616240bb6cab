// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What area an event belongs to: `event.category`.
package enum EventCategory: String, CaseIterable, Sendable {
    case access
    case auth
    case admin
    case audit
    case privacy
    case system
    case alert
}

/// Whether what was asked for came about: `event.outcome`.
package enum EventOutcome: String, CaseIterable, Sendable {
    case success
    case failure
    case unknown
}

/// How much attention an event deserves: `event.severity`, the OCSF `severity_id`.
package enum Severity: Int, CaseIterable, Comparable, Sendable {
    case informational = 1
    case low = 2
    case medium = 3
    case high = 4
    case critical = 5
    case fatal = 6

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// The OCSF class of an event: `event.class`.
package enum EventClass: Int, CaseIterable, Sendable {
    /// Application Lifecycle: start, stop and change of the proxy itself.
    case applicationLifecycle = 6002
    /// API Activity: an access, to a service or to the log.
    case apiActivity = 6003
    /// Application Error: something was lost.
    case applicationError = 6008
}
