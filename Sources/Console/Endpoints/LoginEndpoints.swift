// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import HTTPTypes
import Hummingbird
import Logging

/// How people come in and go out, and the first account.
struct LoginEndpoints: EndpointGroup {
    let accounts: AccountOffice
    let frame: ConsoleFrame
    let hosts: AllowedHosts
    let logger: Logger

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/login", .everybody, input: .parameters) { _, context in
                let page = LoginPage.login(next: context.form["next"].flatMap(known))
                return frame.page(page.title, page.body)
            },
            .post("/login", .everybody, logIn),
            .get("/session", .account) { _, context in try answer(context.visitor) },
            .post("/session/end", .session, logOut),
            .post("/session/password", .session, changePassword),
            .get("/setup/:link", .everybody) { _, context in
                try await refusing(logger) {
                    try accounts.checkSetUp(try context.parameters.require("link"))
                }
                return frame.page(LoginPage.setUp.title, LoginPage.setUp.body)
            },
            .post("/setup/:link", .everybody, setUp),
        ]
    }

    /// A path that a page may lead on to: no other place, whatever a link says.
    private func known(_ path: String) -> String? { frame.leads(path) ? path : nil }

    private func logIn(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        let approach = hosts.approach(request.head.authority ?? "")
        let (name, password) = try Self.credentials(context.form)
        guard approach != .address else { throw ConsoleProblem.inTheClear }
        let opened = try await refusing(logger) {
            try await accounts.logIn(name: name, password: password, from: context.place)
        }
        // Whoever was logged in here before is so no longer.
        if case .session(_, let before) = context.visitor {
            try await refusing(logger) { try await accounts.logOut(before) }
        }
        var response =
            context.form.isPage
            ? Response.leadingOn(to: context.form["next"].flatMap(known) ?? frame.home)
            : try answer(.session(opened.session, secret: opened.secret))
        response.headers[.setCookie] = SessionCookie.keeping(opened.secret, approach)
        return response
    }

    /// Who somebody is here, and what they may.
    private func answer(_ visitor: ConsoleVisitor) throws -> Response {
        guard let identity = visitor.identity else { throw ConsoleProblem.unidentified() }
        var members = [
            JSONMember("id", .string(identity.id)), JSONMember("name", .string(identity.name.text)),
            JSONMember(
                "rights", .array(identity.rights.map(\.rawValue).sorted().map { .string($0) })),
            JSONMember("roles", .array(identity.roles.names.map { .string($0) })),
        ]
        if case .session(let session, _) = visitor {
            members.append(JSONMember("csrf", .string(session.csrfToken)))
            members.append(JSONMember("expires", .string(session.expires.rfc3339)))
        }
        return .json(.object(members))
    }

    private func logOut(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        guard case .session(_, let secret) = context.visitor else {
            throw ConsoleProblem.unidentified()
        }
        try await refusing(logger) { try await accounts.logOut(secret) }
        return ended(request, context)
    }

    private func changePassword(
        _ request: Request, _ context: ConsoleContext
    ) async throws -> Response {
        guard case .session(let session, _) = context.visitor else {
            throw ConsoleProblem.unidentified()
        }
        guard let old = context.form["old"], let new = context.form["new"] else {
            throw ConsoleProblem(.badRequest, "Send the texts `old` and `new`.")
        }
        try await refusing(logger) {
            try await accounts.changePassword(
                of: session, from: Array(old.utf8), to: Array(new.utf8), at: context.place)
        }
        return ended(request, context)
    }

    /// The session is over: the browser is to forget it.
    private func ended(_ request: Request, _ context: ConsoleContext) -> Response {
        var response =
            context.form.isPage
            ? Response.leadingOn(to: "/login")
            : Response(status: .noContent, headers: [.cacheControl: Freshness.none.rawValue])
        response.headers[.setCookie] = SessionCookie.forgetting(
            hosts.approach(request.head.authority ?? ""))
        return response
    }

    private func setUp(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        let link = try context.parameters.require("link")
        let (name, password) = try Self.credentials(context.form)
        guard hosts.approach(request.head.authority ?? "") != .address else {
            throw ConsoleProblem.inTheClear
        }
        guard AccountName(name) != nil else {
            throw ConsoleProblem(
                .badRequest,
                "A name is 1 to 64 letters, digits and `.-_@`, a letter or digit first.")
        }
        try await refusing(logger) {
            try await accounts.setUp(link, name: name, password: password)
        }
        return context.form.isPage
            ? .leadingOn(to: "/login")
            : Response(status: .created, headers: [.cacheControl: Freshness.none.rawValue])
    }

    private static func credentials(_ form: SubmittedForm) throws -> (name: String, [UInt8]) {
        guard let name = form["name"], let password = form["password"] else {
            throw ConsoleProblem(.badRequest, "Send the texts `name` and `password`.")
        }
        return (name, Array(password.utf8))
    }

}
