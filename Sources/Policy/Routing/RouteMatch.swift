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

/// Where a service might take a request for, which belongs elsewhere as it is written.
package struct Contender: Hashable, Sendable {
    /// Nil where the service that it would belong to then lists no such route.
    package let match: RouteMatch?
    package let reading: RequestReading
}

/// What routing comes to.
package enum Routing: Hashable, Sendable {
    case matched(RouteMatch)
    /// Matched, and the path resembles one of other routes, whose rules have to be asked, too.
    case contested(RouteMatch, by: [Contender])
    /// No service owns the path.
    case noRoute
    /// The service that owns the path lists routes, and none of them fits.
    case unlisted(ServiceIndex)
    /// The service that owns the path lists it, but not with this method; those it is listed with, for `Allow`.
    case methodNotAllowed(ServiceIndex, [Method])

    /// Where the request belongs, if anywhere.
    package var match: RouteMatch? {
        switch self {
        case .matched(let match), .contested(let match, _): match
        case .noRoute, .unlisted, .methodNotAllowed: nil
        }
    }

    /// The service that owns the path, with a route for the request or without.
    package var service: ServiceIndex? {
        switch self {
        case .matched(let match), .contested(let match, _): match.service
        case .unlisted(let service), .methodNotAllowed(let service, _): service
        case .noRoute: nil
        }
    }
}
