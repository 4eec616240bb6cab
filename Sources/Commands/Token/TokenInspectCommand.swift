// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Identity
import Messages
import Server

/// `countersign token inspect`.
struct TokenInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a bearer token says, without believing it.",
        discussion: """
            EXAMPLES:
              countersign token inspect < token.txt
              countersign token inspect token.txt --json
              COUNTERSIGN_TOKEN_FILE=token.txt countersign token inspect

            The token comes from a file, from standard input, or from COUNTERSIGN_TOKEN or \
            COUNTERSIGN_TOKEN_FILE, never from the command line, where others could read it.
            """)

    @Argument(help: "File with the token; `-` is standard input.", completion: .file())
    var file: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let token = try SecretInput.token(file)
        let inspection: TokenInspection
        do {
            inspection = try TokenInspection(token.span)
        } catch {
            throw CommandFailure(
                .usage,
                "this is no token: three parts of base64url with a dot between each, of which the first two are JSON (\(describing: error)). Check that all of it was given, and nothing else."
            )
        }
        let now = CommandContext.current.now()
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("verified", .bool(false)),
                    JSONMember("header", inspection.header),
                    JSONMember("claims", inspection.claims),
                    JSONMember("signature_bytes", .integer(Int64(inspection.signatureByteCount))),
                    JSONMember(
                        "expired", inspection.expires.map { .bool($0 <= now) } ?? .null),
                ]))
        } else {
            try show(inspection, now: now)
        }
        try output.messages.line(("\(TokenInspection.warning)" as SafeText).toned(.caution))
    }

    private func show(_ inspection: TokenInspection, now: UTCInstant) throws {
        var facts: [(SafeText, SafeText)] = []
        for (part, value) in [("header", inspection.header), ("claims", inspection.claims)] {
            for member in value.members ?? [] {
                facts.append(("\(part).\(member.name)", "\(Self.text(of: member.value))"))
            }
        }
        if let expires = inspection.expires {
            let text: SafeText = "\(expires.rfc3339)"
            facts.append(("expires", expires <= now ? (text + ", expired").toned(.bad) : text))
        }
        facts.append(("signature", "\(inspection.signatureByteCount) bytes"))
        try output.screen.table(Table(facts: facts))
    }

    private static func text(of value: JSONValue) -> String {
        if let string = value.string { return string }
        var bytes: [UInt8] = []
        JSONText.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
