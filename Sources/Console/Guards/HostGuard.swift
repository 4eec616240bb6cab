// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// Lets a request through if it names this address or an allowed host.
///
/// A foreign page can make a browser come here under its own host name (DNS rebinding).
struct HostGuard: RouterMiddleware {
    typealias Context = ConsoleContext

    let hosts: AllowedHosts

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        // A second `Host` stays behind as a field when the first has become the authority.
        guard !request.headers.contains(where: { $0.name.canonicalName == "host" }) else {
            throw ConsoleProblem(.badRequest, "There is more than one Host field.")
        }
        guard let authority = request.head.authority, hosts.contains(authority) else {
            throw ConsoleProblem(.misdirectedRequest, "This address does not serve that host.")
        }
        return try await next(request, context)
    }
}
