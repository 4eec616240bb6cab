// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import HTTPTypes
import Hummingbird
import Logging

/// Finds out who asks, and lets them through to an endpoint if its rule does.
struct Admission: Sendable {
    let accounts: AccountOffice
    let hosts: AllowedHosts
    let open: Set<OpenPart>
    let logger: Logger

    /// The endpoint behind its rule. Whatever is routed passes here.
    func guarding(
        _ endpoint: Endpoint
    ) -> @Sendable (Request, ConsoleContext) async throws -> Response {
        { request, context in
            var (request, context) = (request, context)
            context.visitor = try await visitor(request)
            try await check(endpoint.rule, context.visitor)
            if request.method.isSafe {
                if endpoint.takesQuery {
                    context.form = try SubmittedForm(query: request.uri.query)
                }
            } else {
                // Of two places for parameters, one would go unread.
                guard request.uri.query?.isEmpty ?? true else {
                    throw ConsoleProblem(
                        .badRequest,
                        "There is a query string beside the body: put all parameters into the body."
                    )
                }
                context.form = try await SubmittedForm(&request, endpoint.input)
                // Where nobody has to be logged in, the origin has been looked at, and that is all there is.
                if endpoint.rule != .everybody { try checkForgery(request, context) }
            }
            return try await endpoint.answer(request, context)
        }
    }

    /// Who asks. A token is looked at before a cookie; what is neither of ours is nobody.
    private func visitor(_ request: Request) async throws -> ConsoleVisitor {
        let fields = request.headers[values: .authorization]
        guard fields.count <= 1 else {
            throw ConsoleProblem(.badRequest, "There is more than one Authorization field.")
        }
        if let text = fields.first.flatMap(Self.bearer), text.hasPrefix("cst_") {
            guard
                let identity = try await refusing(
                    logger, { try await accounts.identity(token: text) })
            else {
                throw ConsoleProblem.unidentified("The access token is not good, or not any more.")
            }
            return .token(identity)
        }
        let approach = hosts.approach(request.head.authority ?? "")
        guard let secret = SessionCookie.secret(in: request, approach),
            let session = accounts.session(secret)
        else { return .nobody }
        return .session(session, secret: secret)
    }

    private static func bearer(_ field: String) -> String? {
        let words = field.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }

    private func check(_ rule: RouteRule, _ visitor: ConsoleVisitor) async throws {
        let needed: Right
        switch rule {
        case .everybody: return
        case .part(let part):
            if open.contains(part) { return }
            needed = part.right
        case .right(let right): needed = right
        case .account:
            guard visitor.identity != nil else { throw ConsoleProblem.unidentified() }
            return
        case .session:
            guard case .session = visitor else { throw ConsoleProblem.unidentified() }
            return
        }
        guard let identity = visitor.identity else { throw ConsoleProblem.unidentified() }
        guard identity.rights.contains(needed) else {
            try await refusing(logger) { try await accounts.deny(identity, needed) }
            throw ConsoleProblem(
                .forbidden, "This takes the right \(needed.rawValue), which you do not have.")
        }
    }

    /// A change in a session carries the session's token besides the cookie, which a browser adds by itself.
    private func checkForgery(_ request: Request, _ context: ConsoleContext) throws {
        guard case .session(let session, _) = context.visitor else { return }
        let text = request.headers[.csrfToken] ?? context.form["csrf"] ?? ""
        guard session.admits(csrf: text) else {
            throw ConsoleProblem(
                .forbidden, "The request does not carry the session's token against forgery.")
        }
    }
}

extension ConsoleProblem {
    /// Nobody, or nobody whom this takes.
    package static func unidentified(
        _ detail: String = "Log in, or send an access token."
    ) -> ConsoleProblem {
        ConsoleProblem(
            .unauthorized, detail, fields: [.wwwAuthenticate: "Bearer realm=\"countersign\""],
            login: "/login")
    }
}

extension HTTPField.Name {
    /// The session's token against forged requests.
    static let csrfToken = {
        guard let name = HTTPField.Name("X-CSRF-Token") else {
            preconditionFailure("FieldNamesAreTokens: X-CSRF-Token")
        }
        return name
    }()
}

extension HTTPRequest.Method {
    /// Whether it changes nothing (RFC 9110 §9.2.1).
    var isSafe: Bool { self == .get || self == .head }
}
