// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
package import Logging

/// Everything the console answers, and what a request passes on the way there.
///
/// From the outside in:
///
/// 1. ``AnswerFields``: what every answer carries.
/// 2. ``ErrorPages``: turns whatever is thrown further in into a page.
/// 3. ``HostGuard``: is it for us?
/// 4. ``MethodGuard``, ``TargetGuard``: is it something that we answer?
/// 5. ``OriginGuard``: does a foreign page ask for a change?
/// 6. ``Admission``: who asks, and may they? After everything that needs no identity, so that nobody logs in under a
///    foreign host name. It stands around each endpoint, whose rule it keeps.
/// 7. The endpoint.
package struct ConsoleRouter {
    let sources: ConsoleSources
    /// What rooms above this one answer.
    let others: [any EndpointGroup]
    let hosts: AllowedHosts
    let open: Set<OpenPart>
    let logger: Logger

    /// - Parameters:
    ///   - others: what rooms above this one answer.
    ///   - open: what takes no account.
    package init(
        sources: ConsoleSources, others: [any EndpointGroup], hosts: AllowedHosts,
        open: Set<OpenPart>, logger: Logger
    ) {
        self.sources = sources
        self.others = others
        self.hosts = hosts
        self.open = open
        self.logger = logger
    }

    private var groups: [any EndpointGroup] {
        [
            IndexEndpoints(announcements: others.map(\.announcement).joined()),
            HealthEndpoints(obstacle: sources.obstacle),
            StatusEndpoints(status: sources.status, growth: sources.growth),
            MetricsEndpoints(metrics: sources.metrics),
            LogEndpoints(log: CurrentLog(sources.log), keys: sources.keys),
            LoginEndpoints(
                accounts: sources.accounts, frame: sources.frame, hosts: hosts, logger: logger),
            AccountEndpoints(accounts: sources.accounts),
        ] + others
    }

    var endpoints: [Endpoint] { groups.flatMap(\.endpoints) }

    /// Routes requests to their endpoints.
    package func responder() -> RouterResponder<ConsoleContext> {
        let router = Router(
            context: ConsoleContext.self, options: [.autoGenerateHeadEndpoints])
        let endpoints = endpoints
        let admission = Admission(
            accounts: sources.accounts, hosts: hosts, open: open, logger: logger)
        router.add(middleware: AnswerFields(hosts: hosts))
        router.add(middleware: ErrorPages(logger: logger))
        router.add(middleware: HostGuard(hosts: hosts))
        router.add(middleware: MethodGuard(endpoints))
        router.add(middleware: TargetGuard(endpoints))
        router.add(middleware: OriginGuard())
        for endpoint in endpoints {
            router.on(
                endpoint.path, method: endpoint.method, use: admission.guarding(endpoint))
        }
        return router.buildResponder()
    }
}
