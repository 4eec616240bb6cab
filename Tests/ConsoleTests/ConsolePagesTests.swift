// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import Console
import Crypto
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

    @Test("are joined as one script, for a page that is opened from a disk")
    func joined() throws {
        let modules = [
            "three.js": "export function three() { return 3; }\nexport async function four() {}\n",
            "five.js":
                "import { three } from './three.js';\nexport class Five {}\nexport const six = three;\n",
        ]
        var joined = JoinedModules { modules[$0] ?? "" }
        joined.add("five.js")
        joined.add("five.js")
        #expect(
            joined.script == """
                const module_three = (() => {
                'use strict';
                function three() { return 3; }
                async function four() {}

                return { three, four };
                })();
                const module_five = (() => {
                'use strict';
                const { three } = module_three;
                class Five {}
                const six = three;

                return { Five, six };
                })();
                """)
    }

    @Test("are filled in once, and what was filled in is not looked at again")
    func filled() {
        #expect("a{{X}}b{{Y}}{{Z}}".filled(["X": "{{Y}}", "Y": "1"]) == "a{{Y}}b1{{Z}}")
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
            // The page for a disk has both inline, and a policy that names them by digest.
            guard name != VerifyPage.name else { continue }
            #expect(!text.contains("<style"), "\(name)")
            #expect(text.firstMatch(of: /<script(?![^>]* src=)/) == nil, "\(name)")
            #expect(text.firstMatch(of: /\son[a-z]+=/) == nil, "\(name)")
        }
    }

    @Test("weigh less than 300 KiB, all of them together")
    func weight() {
        let text = { String(decoding: PageFiles.all.files[$0]?.bytes ?? [], as: UTF8.self) }
        var (console, verifier) = (JoinedModules(text: text), JoinedModules(text: text))
        for name in ["main", "login"] + ConsolePages.names { console.add(name + ".js") }
        verifier.add(VerifyPage.script)
        let others = verifier.names.subtracting(console.names).union([VerifyPage.name])
        #expect(console.names.count > 20 && others.count > 10)
        let bytes = PageFiles.all.files.filter { !others.contains($0.key) }.values
            .reduce(0) { $0 + $1.bytes.count }
        #expect(bytes < 300 << 10, "\(bytes)")
    }

    @Test("have one among them that needs no server: one file, whose policy names what is in it")
    func verifier() async throws {
        let page = String(decoding: VerifyPage.current.bytes, as: UTF8.self)
        #expect(!page.contains("{{") && !page.contains("import {") && !page.contains("\nexport "))
        #expect(page.components(separatedBy: "</script").count == 2)
        #expect(page.components(separatedBy: "</style").count == 2)
        for (open, close, name) in [
            ("<script>", "</script>", "script-src"), ("<style>", "</style>", "style-src"),
        ] {
            let start = try #require(page.range(of: open)?.upperBound)
            let end = try #require(page.range(of: close, range: start..<page.endIndex)?.lowerBound)
            let digest = SHA256.hash(data: Data(page[start..<end].utf8))
            #expect(page.contains("\(name) 'sha256-\(Data(digest).base64EncodedString())'"))
        }
        #expect(page.contains("default-src 'none'"))
        try await Self.with { port, _ in
            let answer = await RunningConsole.get(port, "/console/verify.html")
            #expect(Self.status(answer) == "200")
            #expect(answer.head.contains("content-disposition: attachment"))
            #expect(answer.body == page)
        }
    }
}
