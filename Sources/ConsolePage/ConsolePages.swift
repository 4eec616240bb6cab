// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Console
import HTTPTypes
import Hummingbird
package import SignedNotes

/// The console as people see it: its pages and their files. What it shows comes from the auditor API, with the rights of
/// whoever is logged in; nothing of the log is in here.
package struct ConsolePages: EndpointGroup {
    private let keys: @Sendable () -> [NoteVerifierKey]

    /// - Parameter keys: the keys that verify the log, the newest first.
    package init(keys: @escaping @Sendable () -> [NoteVerifierKey]) { self.keys = keys }

    /// The pages that there are.
    static let names: Set<String> = [
        "access", "exports", "explore", "integrity", "overview", "privacy", "reports", "reviews",
        "settings",
    ]
    private static let home = "/console/overview"
    /// Where files are; a browser may keep them, as their address is another with each version.
    private static let place = "/console/files/\(PageFiles.all.digest)"

    /// Scripts, styles and calls of this server alone; no HTML out of texts, no style attributes.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'"

    package var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/console", .everybody, input: .form) { _, _ in
                .leadingOn(to: Self.home)
            },
            Endpoint(.get, "/console/:page", .everybody, input: .parameters, page),
            Endpoint(.get, "/console/files/:digest/:name", .everybody, input: .form, file),
        ]
    }

    package var announcement: String {
        """

        /console            the console, for people

        """
    }

    /// What the login looks like, and where it leads on to.
    package var frame: ConsoleFrame {
        ConsoleFrame(
            home: Self.home,
            leads: { path in
                path.hasPrefix("/console/") && Self.names.contains(String(path.dropFirst(9)))
            },
            page: { title, body in
                Self.filled(
                    "login.html", ["TITLE": title, "BODY": body, "KEYS": keysText])
            })
    }

    /// The log's keys, for whoever is about to type a password.
    private var keysText: String {
        keys().map { key in
            let text = key.text
            // The name of a log may be any text without spaces and plus signs.
            return """
                <dt>Log’s key</dt>
                <dd><code data-key="\(escaped(text))">\(escaped(text))</code></dd>
                """
        }.joined(separator: "\n")
    }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
    }

    /// Every page is the same frame; its script knows by the address what to show.
    private func page(_ request: Request, _ context: ConsoleContext) throws -> Response {
        let name = try context.parameters.require("page")
        guard name != VerifyPage.name else { return Self.verifier }
        guard Self.names.contains(name) else { throw ConsoleProblem.notFound }
        guard context.visitor.identity != nil else {
            return .leadingOn(to: "/login?next=/console/\(name)")
        }
        return Self.filled("index.html", ["VERIFIER": VerifyPage.current.digest])
    }

    /// The page that needs no server, to be kept; it is everybody's.
    private static var verifier: Response {
        var response = Response.content(
            VerifyPage.current.bytes, type: "text/html; charset=utf-8", .none)
        response.headers[.contentDisposition] = "attachment; filename=\"\(VerifyPage.name)\""
        return response
    }

    private func file(_ request: Request, _ context: ConsoleContext) throws -> Response {
        let (digest, name) = (
            try context.parameters.require("digest"), try context.parameters.require("name")
        )
        guard digest == PageFiles.all.digest, !name.hasSuffix(".html"),
            let file = PageFiles.all.files[name]
        else { throw ConsoleProblem.notFound }
        return .content(file.bytes, type: file.type, .immutable)
    }

    /// A page with its blanks filled in.
    private static func filled(_ name: String, _ blanks: [String: String]) -> Response {
        let text = String(decoding: PageFiles.all.files[name]?.bytes ?? [], as: UTF8.self)
            .filled(blanks.merging(["FILES": place]) { own, _ in own })
        var response = Response.page(text)
        response.headers[.contentSecurityPolicy] = policy
        return response
    }
}
