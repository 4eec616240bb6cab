// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import Console
import Foundation
import Testing

@testable import ConsolePage

@Suite("The console's pages")
struct ConsolePagesTests {
    private static let names: [String: Set<Role>] = ["alice": [.auditor]]

    private static func with(
        _ body: (Int, ConsoleAccounts) async throws -> Void
    ) async throws {
        let accounts = try ConsoleAccounts(names)
        let pages = ConsolePages(keys: { [] })
        try await RunningConsole.with(
            accounts: accounts, open: [], others: [pages], frame: pages.frame
        ) { port, _ in try await body(port, accounts) }
    }

    private static func status(_ answer: (head: String, body: String)) -> String {
        String(answer.head.dropFirst(9).prefix(3))
    }

    @Test("are for whoever is logged in; others are led to the login, and from there to the page")
    func login() async throws {
        try await Self.with { port, _ in
            let stranger = await RunningConsole.get(port, "/console/explore")
            #expect(Self.status(stranger) == "303")
            #expect(stranger.head.contains("location: /login?next=/console/explore"))
            let form = await RunningConsole.get(port, "/login?next=/console/explore")
            #expect(form.body.contains(#"name="next" value="/console/explore""#))
            let session = try await ConsoleSession(port, "alice")
            let page = await RunningConsole.get(
                port, "/console/explore?q=x", fields: session.fields)
            #expect(Self.status(page) == "200")
            #expect(page.head.contains("script-src 'self'"))
            #expect(page.head.contains("trusted-types 'none'"))
            #expect(page.head.contains("cache-control: no-store"))
            let home = await RunningConsole.get(port, "/console", fields: session.fields)
            #expect(home.head.contains("location: /console/overview"))
            for path in ["/console/nothing", "/console/explore/x", "/console/files/0/main.js"] {
                let none = await RunningConsole.get(port, path, fields: session.fields)
                #expect(Self.status(none) == "404", "\(path)")
            }
        }
    }

    @Test(
        "lead from the login to a page of the console and nowhere else",
        arguments: [
            "//evil.example", "https://evil.example", "/console/../accounts", "/console/explore%22",
            "/console/explore?x", "/console/\"><script>", "/session", "",
        ])
    func redirects(_ next: String) async throws {
        try await Self.with { port, _ in
            let query = next.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let page = await RunningConsole.get(port, "/login?next=\(query)")
            #expect(!page.body.contains(#"name="next""#))
            let password = ConsoleAccounts.password.replacing(" ", with: "+")
            let entered = await RunningConsole.post(
                port, "/login", "name=alice&password=\(password)&next=\(query)",
                fields: "Content-Type: application/x-www-form-urlencoded\r\n")
            #expect(Self.status(entered) == "303")
            #expect(entered.head.contains("location: /console/overview"))
        }
    }

    @Test("have all files that they ask for, under an address that browsers may keep")
    func files() async throws {
        let all = PageFiles.all
        try await Self.with { port, _ in
            for (name, file) in all.files where !name.hasSuffix(".html") {
                let answer = await RunningConsole.get(port, "/console/files/\(all.digest)/\(name)")
                #expect(Self.status(answer) == "200", "\(name)")
                #expect(answer.head.contains("immutable"), "\(name)")
                #expect(answer.head.contains("content-type: \(file.type)"), "\(name)")
            }
            let page = await RunningConsole.get(port, "/console/files/\(all.digest)/index.html")
            #expect(Self.status(page) == "404")
        }
        for (name, file) in all.files {
            let text = String(decoding: file.bytes, as: UTF8.self)
            for match in text.matches(of: /(?:from|import\()\s*'\.\/([^']+)'/) {
                #expect(all.files[String(match.1)] != nil, "\(name) asks for \(match.1)")
            }
            for match in text.matches(of: /\{\{FILES\}\}\/([^"]+)/) {
                #expect(all.files[String(match.1)] != nil, "\(name) asks for \(match.1)")
            }
        }
    }

    @Test("hold what the policy forbids nowhere: no HTML from texts, no inline scripts or styles")
    func strictness() {
        let sinks = [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
            "new Function", "DOMParser", "srcdoc", "javascript:", "http://", "https://",
        ]
        for (name, file) in PageFiles.all.files {
            let text = String(decoding: file.bytes, as: UTF8.self)
            for sink in sinks {
                let found = text.replacing("http://www.w3.org/2000/svg", with: "")
                #expect(!found.contains(sink), "\(name): \(sink)")
            }
            guard name.hasSuffix(".html") else { continue }
            #expect(!text.contains(" style="), "\(name)")
            #expect(!text.contains("<style"), "\(name)")
            #expect(text.firstMatch(of: /<script(?![^>]* src=)/) == nil, "\(name)")
            #expect(text.firstMatch(of: /\son[a-z]+=/) == nil, "\(name)")
        }
    }

    @Test("weigh less than 300 KiB, all of them together")
    func weight() {
        let bytes = PageFiles.all.files.values.reduce(0) { $0 + $1.bytes.count }
        #expect(bytes < 300 << 10, "\(bytes)")
    }
}
