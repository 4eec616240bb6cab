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

/// The OCSF class of an event: `event.class`.
package enum EventClass: Int, CaseIterable, Sendable {
    /// Account Change: who may look at the log.
    case accountChange = 3001
    /// Authentication: somebody came to look, or left.
    case authentication = 3002
    /// Application Lifecycle: start, stop and change of the proxy itself.
    case applicationLifecycle = 6002
    /// API Activity: an access, to a service or to the log.
    case apiActivity = 6003
    /// Datastore Activity: a statement to a database.
    case datastoreActivity = 6005
    /// Application Error: something was lost.
    case applicationError = 6008
}
