// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access
internal import Policy
package import Transport
internal import Synchronization

/// Serves HTTP on the lanes of a data plane: an exchange for each request, forwarded to its service.
///
/// ## Invariants
/// - `RecordedBeforeForwarded`, `RecordedBeforeAnswered`: kept by doing only what the exchange's
///   steps say.
package final class HTTPPlane: Plane {
    package let listeners: [Listener]
    /// What HTTP makes of each listener, in their order.
    private let clients: [ClientTerms]
    let mostIdle: Int
    /// The number of the first listener.
    private let first: Int
    private let inForce: Mutex<[UpstreamTarget]>

    /// Checks and makes everything, without opening anything.
    ///
    /// - Parameters:
    ///   - rules: for the same services, in the same order, as the configured upstreams.
    ///   - first: how many listeners other planes have before these.
    package init(
        _ configuration: HTTPPlaneConfiguration, rules: ExchangeRules, first: Int = 0
    ) throws(DataPlaneFault) {
        var listeners: [Listener] = []
        for (index, listener) in configuration.listeners.enumerated() {
            listeners.append(try Listener(listener.terms, number: first + index))
        }
        self.listeners = listeners
        self.first = first
        clients = configuration.listeners.map { ClientTerms($0.limits, configuration.holding) }
        mostIdle = configuration.mostIdle
        inForce = Mutex(try Self.targets(configuration.upstreams, of: rules))
    }

    /// Another configuration that is known to work.
    package struct Change: Sendable {
        fileprivate let targets: [UpstreamTarget]
        /// What listeners show new clients.
        fileprivate let shown: [(listener: Listener, tls: ServerTLS)]
    }

    /// Takes another configuration, for services at once with the next
    /// ``DataPlane/reload(_:)``, for certificates with the next connection.
    package func adopt(_ change: Change) {
        inForce.withLock { $0 = change.targets }
        for (listener, tls) in change.shown { listener.adopt(tls) }
    }

    /// Makes everything that another configuration needs; nothing changes yet.
    ///
    /// - Parameters:
    ///   - rules: those that are put in force next.
    ///   - certificates: what each listener shows new clients, in the listeners' order; nil:
    ///     unchanged. Whether a listener speaks TLS at all does not change.
    package func change(
        to upstreams: [UpstreamConfiguration], of rules: ExchangeRules,
        certificates: [ListenerTLS?]
    ) throws(DataPlaneFault) -> Change {
        let targets = try Self.targets(upstreams, of: rules)
        var shown: [(listener: Listener, tls: ServerTLS)] = []
        for (listener, tls) in zip(listeners, certificates) {
            guard let tls, listener.isSecure else { continue }
            shown.append((listener, try ServerTLS(tls, listener.terms)))
        }
        return Change(targets: targets, shown: shown)
    }

    /// Where the services are, in the rulebook's order.
    var targets: [UpstreamTarget] { inForce.withLock { $0 } }

    /// What HTTP makes of a listener.
    func clients(of listener: Listener) -> ClientTerms { clients[listener.number - first] }

    package func open(on lane: Lane) -> any LanePlane { HTTPLane(self, lane) }

    private static func targets(
        _ upstreams: [UpstreamConfiguration], of rules: ExchangeRules
    ) throws(DataPlaneFault) -> [UpstreamTarget] {
        guard upstreams.count == rules.rulebook.services.count else {
            throw DataPlaneFault(
                .upstreamCount,
                "\(rules.rulebook.services.count) services have \(upstreams.count) upstreams; "
                    + "configure one for each.")
        }
        var targets: [UpstreamTarget] = []
        for upstream in upstreams { targets.append(try UpstreamTarget(upstream)) }
        return targets
    }
}
