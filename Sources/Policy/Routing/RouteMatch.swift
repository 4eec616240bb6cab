// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// The position of a service among ``Rulebook/services``.
package struct ServiceIndex: Hashable, Sendable {
    package let value: Int

    package init(_ value: Int) { self.value = value }
}

/// The position of a route among its service's ``ServiceRules/routes``.
package struct RouteIndex: Hashable, Sendable {
    package let value: Int

    package init(_ value: Int) { self.value = value }
}

/// Where a request belongs. It is meaningful only to the rulebook that made it.
package struct RouteMatch: Hashable, Sendable {
    package let service: ServiceIndex
    /// Nil where the service lists no routes and so admits every path of its own.
    package let route: RouteIndex?
}

/// What routing comes to.
package enum Routing: Hashable, Sendable {
    case matched(RouteMatch)
    /// No service owns the path, or the one that does lists routes and none of them fits.
    case noRoute
    /// The path is listed, but not with this method; those it is listed with, for `Allow`.
    case methodNotAllowed([Method])
}
