// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Distinguishes a method that is not served, 405 with the allowed ones, from an unknown path, 404.
///
/// The router knows each path's methods and says only that it found nothing.
struct MethodGuard: RouterMiddleware {
    typealias Context = ConsoleContext

    private let paths: [(path: RouterPath, methods: Set<HTTPRequest.Method>)]
    private let all: Set<HTTPRequest.Method>

    init(_ endpoints: [Endpoint]) {
        var paths: [(path: RouterPath, methods: Set<HTTPRequest.Method>)] = []
        for endpoint in endpoints {
            let methods: Set<HTTPRequest.Method> =
                endpoint.method == .get ? [.get, .head] : [endpoint.method]
            if let known = paths.firstIndex(where: { $0.path == endpoint.path }) {
                paths[known].methods.formUnion(methods)
            } else {
                paths.append((endpoint.path, methods))
            }
        }
        self.paths = paths
        all = paths.reduce(into: []) { $0.formUnion($1.methods) }
    }

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        let methods = paths.first { $0.path.takes(request.uri.path) }?.methods
        // On an unknown path, a method that no path has is the greater mistake.
        let allowed = methods ?? all
        guard allowed.contains(request.method) else {
            let names = allowed.map(\.rawValue).sorted()
            throw ConsoleProblem(
                .methodNotAllowed, "Only \(names.joined(separator: " and ")) are served here.",
                fields: [.allow: names.joined(separator: ", ")])
        }
        return try await next(request, context)
    }
}
