// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Hummingbird

/// What is around the content of a page, and where people go once they are logged in: a room above this one has the styles.
package struct ConsoleFrame: Sendable {
    /// A title and a body, which are HTML, as a whole page.
    package let page: @Sendable (_ title: String, _ body: String) -> Response
    /// Where a page is shown first.
    package let home: String
    /// Where a page may lead on to behind a login.
    package let leads: @Sendable (_ path: String) -> Bool

    package init(
        home: String, leads: @escaping @Sendable (_ path: String) -> Bool,
        page: @escaping @Sendable (_ title: String, _ body: String) -> Response
    ) {
        self.home = home
        self.leads = leads
        self.page = page
    }

    /// Without any styles, and without anywhere to go.
    package static let plain = ConsoleFrame(home: "/session", leads: { _ in false }) {
        title, body in
        .page(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>\(title) · Countersign</title>
            <meta name="viewport" content="width=device-width"></head>
            <body><main>
            <h1>\(title)</h1>
            \(body)
            </main></body>
            </html>

            """)
    }
}
