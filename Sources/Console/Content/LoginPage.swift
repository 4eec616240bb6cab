// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
package import Hummingbird

/// The few pages that work without anything else: nothing in them comes from a record, and of a request only a path that
/// is known.
enum LoginPage {
    /// - Parameter next: where it leads on to; a path of the console.
    static func login(next: String?) -> (title: String, body: String) {
        let hidden = next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">" } ?? ""
        return (
            "Log in",
            """
            <form method="post" action="/login">\(hidden)
            <p class="fld"><label>Name <input class="input" name="name" autocomplete="username" required autofocus></label></p>
            <p class="fld"><label>Password <input class="input" name="password" type="password" autocomplete="current-password" required></label></p>
            <p><button class="btn primary">Log in</button></p>
            </form>
            """
        )
    }

    /// Its form goes where the page came from.
    static let setUp = (
        title: "The first account",
        body: """
        <p class="hint">This makes the account that manages the others. It works once.</p>
        <form method="post">
        <p class="fld"><label>Name <input class="input" name="name" autocomplete="username" required autofocus></label></p>
        <p class="fld"><label>Password, 12 characters at least <input class="input" name="password" type="password" \
        autocomplete="new-password" minlength="12" required></label></p>
        <p><button class="btn primary">Make the account</button></p>
        </form>
        """
    )
}

extension Response {
    package static func page(_ text: String) -> Response {
        content(text.utf8, type: "text/html; charset=utf-8", .none)
    }

    /// On to another page, by GET.
    package static func leadingOn(to path: String) -> Response {
        Response(
            status: .seeOther, headers: [.location: path, .cacheControl: Freshness.none.rawValue])
    }
}
