// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import ConsolePage
import Messages
import Server

/// `countersign verify page`.
struct VerifyPageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page",
        abstract: "Write the page that verifies packs and proofs in a browser, without a server.",
        discussion: """
            EXAMPLES:
              countersign verify page --out verify.html
              countersign verify page --digest

            One file, for people who are handed a pack and have nothing else: it is opened from a disk, asks no \
            network for anything, and its SHA-256 is the same wherever this version is installed.
            """)

    @Option(help: "The file to write; standard output where it is left out.", completion: .file())
    var out: String?

    @Flag(help: "Print the page's SHA-256 only.")
    var digest = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let page = VerifyPage.current
        if digest {
            guard try !output.isJSON else {
                return try output.screen.json(
                    .object([JSONMember("sha256", .string(page.digest))]))
            }
            return try output.screen.line("\(page.digest)  verify.html")
        }
        guard let out else { return try CommandContext.current.output.write(page.bytes) }
        try LocalFile.replace(out, page.bytes, isSecret: false)
        try output.messages.line("\(out) is written; its SHA-256 is \(page.digest).")
    }
}
