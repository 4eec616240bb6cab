// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditorAPI
import ByteCoding
import Foundation
import HTTPTypes
import Testing

@Suite struct `The table of what goes wrong` {
    private struct Row {
        let codes: Set<String>
        let statuses: ClosedRange<Int>
    }

    /// The rows of the table in Docs/Using/Api.md.
    private static func rows() throws -> [Row] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Docs/Using/Api.md").standardizedFileURL
        let page = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let table = try #require(page.split(separator: "## What goes wrong").last)
        return table.split(separator: "\n").compactMap { line -> Row? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| `"), cells.count >= 2 else { return nil }
            let numbers = cells[1].split(separator: "\u{2013}").compactMap { Int($0) }
            guard let least = numbers.first, let most = numbers.last else { return nil }
            let codes = cells[0].split(separator: "`").map { String($0) }
                .filter { $0.first?.isLetter == true }
            return Row(codes: Set(codes), statuses: least...most)
        }
    }

    /// Every code that the document of the API names, with its status.
    private static func documented() async throws -> Set<[String]> {
        let document = try await AskedConsole(1).get("/api/v1/openapi.json").json
        var found: Set<[String]> = []
        for path in document["paths"]?.members ?? [] {
            for operation in path.value.members ?? [] {
                for response in operation.value["responses"]?.members ?? [] {
                    let schema = response.value[
                        path: "content", "application/problem+json", "schema"]
                    for part in schema?["allOf"]?.array ?? [] {
                        let codes = part[path: "properties", "code", "enum"]?.array ?? []
                        for code in codes.compactMap(\.string) {
                            found.insert([code, response.name])
                        }
                    }
                }
            }
        }
        return found
    }

    @Test func `has every code that the API answers with, under its status, and no other`()
        async throws
    {
        let rows = try Self.rows()
        let documented = try await Self.documented()
        for problem in AuditorProblem.allCases {
            #expect(
                documented.contains([problem.rawValue, "\(problem.status.code)"]), "\(problem)")
        }
        for pair in documented {
            let status = try #require(Int(pair[1]))
            #expect(
                rows.contains { $0.codes.contains(pair[0]) && $0.statuses.contains(status) },
                "\(pair[0]), \(status)")
        }
        let known = Set(documented.map { $0[0] })
        for row in rows { #expect(row.codes.subtracting(known).isEmpty, "\(row.codes)") }
        #expect(rows.count > 15)
    }
}
