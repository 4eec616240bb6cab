// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// The few pages that work without anything else: nothing in them comes from a request or a record.
enum ConsolePage {
    static let login = page(
        "Log in",
        """
        <form method="post" action="/login">
        <p><label>Name <input name="name" autocomplete="username" required autofocus></label></p>
        <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
        <p><button>Log in</button></p>
        </form>
        """)

    /// Its form goes where the page came from.
    static let setUp = page(
        "The first account",
        """
        <p>This makes the account that manages the others. It works once.</p>
        <form method="post">
        <p><label>Name <input name="name" autocomplete="username" required autofocus></label></p>
        <p><label>Password, 12 characters at least <input name="password" type="password" \
        autocomplete="new-password" minlength="12" required></label></p>
        <p><button>Make the account</button></p>
        </form>
        """)

    private static func page(_ title: String, _ body: String) -> String {
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

        """
    }
}

extension Response {
    static func page(_ text: String) -> Response {
        content(text.utf8, type: "text/html; charset=utf-8", .none)
    }

    /// On to another page, by GET.
    static func leadingOn(to path: String) -> Response {
        Response(
            status: .seeOther, headers: [.location: path, .cacheControl: Freshness.none.rawValue])
    }
}
