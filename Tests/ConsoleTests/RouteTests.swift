// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Catalog
import Console
import ConsolePage
import Foundation
import LogReading
import SystemPackage
import Testing
import Verification

@Suite("GeneratedDocs: routes and roles")
struct RouteTests {
    /// The auditor API without a log.
    private static func api(_ accounts: ConsoleAccounts) -> AuditorAPI {
        AuditorAPI(
            AuditorSources(
                catalog: { nil }, standing: { CatalogStanding() }, noticed: { _ in },
                snapshot: { throw LogReadFailure(.missing, "none") },
                live: LiveLog(
                    growth: { _ in nil }, check: { (LogCheckStanding(last: nil), nil) },
                    hurry: {},
                    facts: {
                        LiveLog.Facts(
                            origin: "log.example/test",
                            boot: UniqueID(at: accounts.now, random: (1, 2)), keys: [],
                            unrecorded: 0, lost: 0, holds: 0, requests: 0,
                            clock: ClockFacts(
                                source: "system", offsetMicroseconds: nil, errorMicroseconds: nil,
                                isSynchronized: false), durability: "synced", obstacle: nil)
                    }, erasure: { nil }, warn: { _ in }),
                record: { _, _ in throw ConsoleAccounts.NoLog() }, accounts: accounts.office,
                now: { accounts.now }))
    }

    private static func table() throws -> RouteTable {
        let accounts = try ConsoleAccounts([:])
        return RouteTable(
            ConsoleSources(
                log: { throw LogReadFailure(.missing, "none") }, keys: { [] }, obstacle: { nil },
                status: { .object([]) }, growth: { _ in }, metrics: { [] },
                accounts: accounts.office), [api(accounts), ConsolePages(keys: { [] })])
    }

    /// A path that a route takes.
    private static func path(_ row: RouteTable.Row) -> String {
        row.path.replacing("{size}", with: "0").replacing("{link}", with: "nothing")
            .replacing("{record}", with: "0")
            .replacing("{uid}", with: "00000000-0000-7000-8000-000000000000")
            .replacing("{id}", with: "00000000-0000-7000-8000-000000000000")
            .replacing("{page}", with: "overview").replacing("{digest}", with: "0")
            .replacing("{name}", with: "main.js").replacing("{framework}", with: "soc2")
            .replacing("**", with: "0/000.p/2")
    }

    private static func ask(_ port: Int, _ row: RouteTable.Row, _ fields: String) async -> Int? {
        let answer =
            row.method == "POST"
            ? await RunningConsole.post(port, path(row), "{}", fields: fields)
            : await RunningConsole.get(port, path(row), method: row.method, fields: fields)
        return Int(answer.head.dropFirst(9).prefix(3))
    }

    @Test(
        "With everything closed, each role comes to its routes and to no other, by session and token"
    )
    func matrix() async throws {
        let rows = try Self.table().rows
        #expect(rows.count > 14)
        let names = Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0.rawValue, Set([$0])) })
        let accounts = try ConsoleAccounts(names)
        let others: [any EndpointGroup] = [Self.api(accounts), ConsolePages(keys: { [] })]
        try await RunningConsole.with(accounts: accounts, open: [], others: others) { port, _ in
            for row in rows {
                let nobody = await Self.ask(port, row, "Content-Type: application/json\r\n")
                #expect((nobody == 401) == (row.roles != nil), "\(row.method) \(row.path)")
                for role in Role.allCases {
                    let may = row.roles?.contains(role) ?? true
                    let session = try await ConsoleSession(port, role.rawValue)
                    let got = await Self.ask(port, row, session.changing)
                    let isThere = got.map { ![401, 403].contains($0) } ?? false
                    #expect(isThere == may, "\(role) \(row.method) \(row.path): \(got ?? 0)")
                    let token = try accounts.token(role.rawValue, role.rights)
                    let program = await Self.ask(
                        port, row,
                        "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n")
                    let isServed = program.map { ![401, 403].contains($0) } ?? false
                    #expect(
                        isServed == (may && !row.takesSession),
                        "\(role) \(row.method) \(row.path): \(program ?? 0)")
                }
            }
        }
    }

    @Test("What a configuration leaves open takes no account, and nothing else does")
    func open() async throws {
        let rows = try Self.table().rows
        for part in OpenPart.allCases {
            try await RunningConsole.with(open: [part]) { port, _ in
                for row in rows where row.part != nil {
                    let got = await Self.ask(port, row, "")
                    #expect((got == 401) == (row.part != part), "\(row.path)")
                }
            }
        }
    }

    @Test("Docs/Using/Routes.md has the table of routes")
    func page() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Routes.md")
        var page = try String(contentsOf: file, encoding: .utf8)
        let from = try #require(page.range(of: "<!-- routes -->\n")?.upperBound)
        let to = try #require(page.range(of: "\n<!-- end of routes -->")?.lowerBound)
        let table = try Self.table().markdown
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            page.replaceSubrange(from..<to, with: table)
            try page.write(to: file, atomically: true, encoding: .utf8)
        } else {
            let isCurrent = page[from..<to] == table
            #expect(isCurrent, "Docs/Using/Routes.md is out of date: run `make docs`")
        }
    }
}
