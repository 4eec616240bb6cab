// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding

/// All services' rules, compiled: which service and route a request belongs to, and whether it is
/// allowed.
///
/// Immutable and shared by all event loops; a reload makes another one. Routing and deciding
/// allocate nothing unless they refuse.
///
/// ## Invariants
/// - `DefaultDeny`: without an allow rule that matches, access is denied.
/// - `LookalikesAreAsked`: see ``RouteTrie``; it holds between services' path prefixes, too.
/// - `DecidedUnderEveryReading`: see ``decideReadings(of:match:contenders:principal:)``.
package final class Rulebook: Sendable {
    /// The services in the order they were given in; positions are ``ServiceIndex``.
    package let services: [ServiceRules]
    /// `decision.policy_version`: `sha256:` and the hex SHA-256 of the canonical JSON of all rules,
    /// sorted by service name.
    ///
    /// It depends on what the rules say and on nothing of how a file spells it.
    package let version: String

    /// Whether a request that names no host has one service to go to: exactly one is there for every host.
    package let servesWithoutHost: Bool

    /// By ``ServiceIndex``.
    let compiled: [CompiledService]
    /// The narrowest match first.
    let order: [CompiledService]

    /// Compiles rules that are free of ``ServiceRules/faults()``; the first fault otherwise.
    package init(_ services: [ServiceRules]) throws(ServiceFault) {
        for (position, service) in services.enumerated() {
            let faults = service.faults(beside: Array(services[..<position])) + service.faults()
            if let fault = faults.first { throw fault }
        }
        let version = ContentHash.of(Self.value(of: services))
        let compiled = services.enumerated().map { position, service in
            CompiledService(service, at: ServiceIndex(position), version: version)
        }
        self.services = services
        self.version = version
        self.compiled = compiled
        servesWithoutHost = services.count { $0.match.host == .any } == 1
        order = compiled.sorted { one, other in
            (one.host.rank, one.path.bytes.count) > (other.host.rank, other.path.bytes.count)
        }
    }

    /// What ``version`` is the digest of, as canonical JSON: all that decides.
    package var text: [UInt8] { CanonicalJSON.encode(Self.value(of: services)) }

    private static func value(of services: [ServiceRules]) -> JSONValue {
        .array(services.sorted { $0.name < $1.name }.map(\.json))
    }

    package subscript(service: ServiceIndex) -> ServiceRules { services[service.value] }
}
