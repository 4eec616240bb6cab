// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whether what was to be done was done: `event.outcome`. A service's answer below 500 is a success.
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
