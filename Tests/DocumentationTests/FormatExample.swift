// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Testing

/// A fenced block of a page in `Docs/Formats`, found by its tag.
///
/// The examples were computed by an independent program: they test our code, not the other way round.
enum FormatExample {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Docs/Formats")

    /// The lines of the block ```` ```<form> <name> ```` of a page.
    static func text(_ name: String, in page: String) throws -> String {
        let page = try String(contentsOf: folder.appending(path: page), encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(
            lines.firstIndex { $0.hasPrefix("```") && $0.hasSuffix(" " + name) }, "no block \(name)"
        )
        return lines[(start + 1)...].prefix { $0 != "```" }.joined(separator: "\n")
    }

    /// The cells of a page's tables with so many columns, trimmed.
    static func rows(of page: String, columns: Int) throws -> [[String]] {
        try String(contentsOf: folder.appending(path: page), encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }.filter { $0.count == columns }
    }

    /// The bytes of a block of hexadecimal digits.
    static func bytes(_ name: String, in page: String) throws -> [UInt8] {
        let digits = try text(name, in: page).filter { $0 != "\n" }
        return try #require(Hex.decode(digits))
    }
}
