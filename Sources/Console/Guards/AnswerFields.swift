// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// The outermost layer: what every answer carries, whoever made it, and that `HEAD` has no body.
struct AnswerFields: RouterMiddleware {
    typealias Context = ConsoleContext

    let hosts: AllowedHosts

    /// Tells browsers to run nothing from here, and not to show it inside another page.
    static let fields: HTTPFields = {
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy:
                "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
                + "require-trusted-types-for 'script'",
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // Pages that have scripts and styles say so themselves.
        for field in Self.fields
        where field.name != .contentSecurityPolicy || response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        if let authority = request.head.authority, hosts.contains(authority),
            hosts.approach(authority) == .name
        {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
        return request.method == .head ? response.createHeadResponse() : response
    }
}
