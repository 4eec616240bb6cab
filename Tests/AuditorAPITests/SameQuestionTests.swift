// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Query
import Testing

/// Whoever asks the same over HTTP is told the same, and the same hash.
@Suite struct `One question, asked over HTTP` {
    private static let questions = [
        "*", "service:billing", "status:200 OR status:404", "-has:who", "category:*",
        "category:audit", "action:log.start", "index:<9", "method:GET since:2020-01-01",
        "service:nobody",
    ]

    @Test(arguments: [Role.auditor, .operator])
    func `has one hash, and as many accesses`(role: Role) async throws {
        let console = try AskedConsole(30)
        for text in Self.questions {
            let hash = try RecordQuery(text, at: QueryClock(now: console.desk.now)).hash
            func asked(_ path: String) async throws -> JSONValue {
                let answer = try await console.post(
                    "/api/v1/" + path, #"{"q":"\#(text)"}"#, as: role)
                try #require(answer.status == 200, "\(text): \(answer)")
                let json = try answer.json
                #expect(json["hash"]?.string == hash, "\(text) \(path)")
                return json
            }
            let list = try await asked("records")
            let stats = try await asked("stats")
            let facets = try await asked("facets")
            #expect(list["rows"]?.array?.count == stats["accesses"]?.integer.map { Int($0) })
            #expect(list[path: "total", "accesses"] == stats["accesses"], "\(text)")
            #expect(list["left_out"] == stats["left_out"], "\(text)")
            #expect(facets["accesses"] == stats["accesses"], "\(text)")
            let again = try await console.get("/api/v1/records?unit=record&q=uid:*", as: role)
            #expect(again.status == 200)
        }
        let hashes = Set(console.desk.readings.compactMap(\.hash))
        #expect(hashes.count == Self.questions.count + 1)
    }

    @Test func `lists records with what the proxy wrote of itself, but nobody's readings`()
        async throws
    {
        let console = try AskedConsole(6)
        let all = try await console.get("/api/v1/records?unit=record")
        #expect(try all.json["left_out"] == .array([]))
        #expect(
            try all.rows.contains { $0[path: "record", "event", "category"]?.string == "audit" })
        let lines = try await console.get("/api/v1/records?format=ndjson")
        let last = try #require(lines.body.split(separator: 0x0A).last)
        let end = try JSONParser.parse(Array(last), as: .strict, deepest: 8)
        let stats = try await console.get("/api/v1/stats")
        #expect(end["rows"] == (try stats.json)["accesses"])
        #expect(end["recorded"]?.string?.isEmpty == false)
        #expect(end["hash"] == (try all.json)["hash"])
        let some = try await console.get("/api/v1/records?unit=record", as: .operator)
        #expect(try some.json["hash"] == (try all.json)["hash"])
        #expect(
            try some.json["left_out"]
                == .array(EventAction.readings.map { .string("action:\($0.rawValue)") }))
    }
}
