// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Who may do what, as tables for people.
package enum RoleTable {
    /// Right by role, as Markdown.
    package static var markdown: String {
        var rows = [
            "| right | what it is for | "
                + Role.allCases.map { "`\($0.rawValue)`" }
                .joined(separator: " | ") + " |",
            "|---|---|" + Role.allCases.map { _ in "---|" }.joined(),
        ]
        for right in Right.allCases {
            let marks = Role.allCases.map { $0.rights.contains(right) ? "yes" : "–" }
            rows.append(
                "| `\(right.rawValue)` | \(right.meaning) | \(marks.joined(separator: " | ")) |")
        }
        return rows.joined(separator: "\n")
    }
}
