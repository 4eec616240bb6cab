// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Site {
    /// What shows who asks over the admin address.
    struct Token {
        /// The line of a request.
        let field: String
        /// What it is called in lists.
        let id: String
    }

    /// Makes an account and a token of it, under the server that runs.
    func account(
        _ name: String = "ann", role: String = "auditor", scope: [String] = []
    ) throws -> Token {
        try folder.write(Array("a long enough one".utf8), to: "password.txt")
        _ = try read("user", "add", name, "--role", role, "--password-file", "password.txt")
        let minted = try read(["user", "token", "mint", name] + scope.flatMap { ["--scope", $0] })
        let text = minted.text.trimmed
        return Token(
            field: "Authorization: Bearer \(text)\r\n", id: String(text.dropFirst(4).prefix(8)))
    }
}
