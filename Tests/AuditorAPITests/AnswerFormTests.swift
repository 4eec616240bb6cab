// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import AuditorAPI
import ByteCoding
import Hummingbird
import NIOCore
import Testing

@Suite struct `Answers of the API` {
    @Test func `as lines have every row, and a last line with the count`() async throws {
        let console = try AskedConsole(30)
        let answer = try await console.get("/api/v1/records?q=status%3A200&format=ndjson")
        try #require(answer.status == 200)
        let lines = try answer.body.split(separator: UInt8(ascii: "\n")).map {
            try JSONParser.parse(Array($0), as: .strict, deepest: 16)
        }
        #expect(lines.count == 31)
        #expect(lines.last?["end"] == .bool(true))
        #expect(lines.last?["rows"] == .integer(30))
        #expect(Set(lines.compactMap { $0["uid"]?.string }).count == 30)
        // Once before the first row leaves, and once with how many left.
        #expect(console.desk.readings.map(\.rows) == [nil, 30])
        let both = try await console.get("/api/v1/records?format=ndjson&limit=3")
        #expect(try both.code == "bad_parameter")
    }

    @Test func `are compressed for whoever takes that`() async throws {
        let console = try AskedConsole(30)
        let plain = try await console.get("/api/v1/records?q=status%3A200")
        #expect(plain.field("Content-Encoding") == nil)
        #expect(plain.field("Vary") == "Accept-Encoding")
        let small = try await console.get(
            "/api/v1/records?q=status%3A200", fields: [.acceptEncoding: "br, gzip;q=0.5"])
        #expect(small.field("Content-Encoding") == "gzip")
        #expect(small.body.starts(with: [0x1F, 0x8B]))
        #expect(small.body.count < plain.body.count / 3)
        let refused = try await console.get(
            "/api/v1/records?q=status%3A200", fields: [.acceptEncoding: "gzip;q=0, *;q=0"])
        #expect(refused.field("Content-Encoding") == nil)
    }

    @Test func `are described by the document, each operation with what it declares`() async throws
    {
        let console = try AskedConsole(1)
        let answer = try await console.get("/api/v1/openapi.json", as: nil)
        try #require(answer.status == 200)
        let document = try JSONParser.parse(answer.body, as: .strict, deepest: 32)
        #expect(document["openapi"] == .string("3.1.0"))
        let schemas = try #require(document["components"]?["schemas"])
        for operation in console.api.operations {
            let described = try #require(
                document["paths"]?[operation.path]?[operation.method.rawValue.lowercased()])
            if operation.method == .get {
                let names = described["parameters"]?.array?
                    .filter { $0["in"] == .string("query") }.compactMap { $0["name"]?.string }
                #expect(names == operation.parameters.map(\.name))
            }
            for answer in operation.answers {
                if let schema = answer.schema { #expect(schemas[schema] != nil, "\(schema)") }
            }
            for problem in operation.problems {
                #expect(described["responses"]?["\(problem.status.code)"] != nil)
            }
        }
    }

    @Test func `wait their turn where one account asks too much at once`() async throws {
        let slots = try AskedConsole(1)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 {
                group.addTask { try await slots.get("/api/v1/records?limit=1").status }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(Set(answers.keys).isSubset(of: [200, 429]))
        #expect(answers[200] ?? 0 >= 1)
        #expect(try await slots.get("/api/v1/records?limit=1").status == 200)
    }
}
