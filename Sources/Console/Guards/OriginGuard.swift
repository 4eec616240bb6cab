// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Refuses changes that a page elsewhere makes a browser ask for, also where nobody is logged in yet: a foreign page
/// must not log anybody in under its own account.
///
/// A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`); a program that is none says nothing.
struct OriginGuard: RouterMiddleware {
    typealias Context = ConsoleContext

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        guard request.method.isSafe || Self.isOwn(request) else {
            throw ConsoleProblem(.forbidden, "The request comes from another site.")
        }
        return try await next(request, context)
    }

    private static func isOwn(_ request: Request) -> Bool {
        var isSaid = false
        if let name = HTTPField.Name("Sec-Fetch-Site") {
            let sites = request.headers[values: name]
            guard sites.allSatisfy({ $0 == "same-origin" }) else { return false }
            isSaid = !sites.isEmpty
        }
        guard let authority = request.head.authority?.lowercased() else { return false }
        return request.headers[values: .origin].allSatisfy {
            // A form of a page with `Referrer-Policy: no-referrer`, as ours are, is sent with `Origin: null`.
            $0 == "http://\(authority)" || $0 == "https://\(authority)" || isSaid && $0 == "null"
        }
    }
}
