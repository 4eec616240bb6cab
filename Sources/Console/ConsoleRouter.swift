// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging

/// Everything the console answers, and what a request passes on the way there.
///
/// From the outside in:
///
/// 1. ``AnswerFields``: what every answer carries.
/// 2. ``ErrorPages``: turns whatever is thrown further in into a page.
/// 3. ``HostGuard``: is it for us?
/// 4. ``MethodGuard``, ``TargetGuard``: is it something that we answer?
/// 5. Here a login will find out who is asking, then what they may do, then the access is recorded: after everything
///    that needs no identity, so that nobody logs in under a foreign host name, and before every endpoint. Each is a
///    `RouterMiddleware` like the others.
/// 6. The endpoint.
struct ConsoleRouter {
    let sources: ConsoleSources
    let hosts: AllowedHosts
    let logger: Logger

    private var groups: [any EndpointGroup] {
        [
            IndexEndpoints(),
            HealthEndpoints(obstacle: sources.obstacle),
            StatusEndpoints(status: sources.status, growth: sources.growth),
            MetricsEndpoints(metrics: sources.metrics),
            LogEndpoints(log: CurrentLog(sources.log), keys: sources.keys),
        ]
    }

    /// Routes requests to their endpoints.
    func responder() -> RouterResponder<ConsoleContext> {
        let router = Router(
            context: ConsoleContext.self, options: [.autoGenerateHeadEndpoints])
        let endpoints = groups.flatMap(\.endpoints)
        router.add(middleware: AnswerFields())
        router.add(middleware: ErrorPages(logger: logger))
        router.add(middleware: HostGuard(hosts: hosts))
        router.add(middleware: MethodGuard(endpoints))
        router.add(middleware: TargetGuard())
        for endpoint in endpoints {
            router.on(endpoint.path, method: endpoint.method, use: endpoint.answer)
        }
        return router.buildResponder()
    }
}
