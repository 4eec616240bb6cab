// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Exchanges

extension DataPlane {
    /// Puts another configuration in force: all of it for requests that begin from now on, or none.
    ///
    /// Requests under way finish as they began. Connections stay open.
    ///
    /// - Parameters:
    ///   - certificates: what each listener shows new clients, in the listeners' order; nil:
    ///     unchanged. Whether a listener speaks TLS at all does not change.
    package func reload(
        rules: ExchangeRules, upstreams: [UpstreamConfiguration], certificates: [ListenerTLS?]
    ) async throws(DataPlaneFault) {
        let targets = try Self.targets(upstreams, of: rules)
        var shown: [(listener: Listener, tls: ServerTLS)] = []
        for (listener, tls) in zip(listeners, certificates) {
            guard let tls, listener.isSecure else { continue }
            shown.append((listener, try ServerTLS(tls, listener.configuration)))
        }
        // From here on, this fails only if the data plane has stopped.
        do {
            try await onEachLane { $0.adopt(rules: rules, targets: targets) }
        } catch {
            throw DataPlaneFault(
                .stopped, "The data plane has stopped; restart the process.", cause: error)
        }
        for (listener, tls) in shown { listener.adopt(tls) }
    }
}
