// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
import HTTPTypes
import Hummingbird
import Logging

/// Everything that the console answers, and who may come there.
package struct RouteTable {
    package struct Row: Sendable {
        package let method: String
        package let path: String
        /// The roles that may where everything is closed; nil: whoever reaches the address.
        package let roles: [Role]?
        /// The part that a configuration can leave open, if it belongs to one.
        package let part: OpenPart?
        /// Whether a session has to be shown, and no token will do.
        package let takesSession: Bool
    }

    package let rows: [Row]

    /// - Parameter others: what rooms above this one answer.
    package init(_ sources: ConsoleSources, _ others: [any EndpointGroup]) {
        let router = ConsoleRouter(
            sources: sources, others: others, hosts: AllowedHosts(names: []), open: [],
            logger: Logger(label: "countersign"))
        rows = router.endpoints.map { endpoint in
            var part: OpenPart?
            if case .part(let found) = endpoint.rule { part = found }
            return Row(
                method: endpoint.method.rawValue, path: endpoint.path.description,
                roles: endpoint.rule.roles(open: []), part: part,
                takesSession: endpoint.rule == .session)
        }
    }

    /// Route by role, as Markdown.
    package var markdown: String {
        var lines = [
            "| route | " + Role.allCases.map { "`\($0.rawValue)`" }.joined(separator: " | ")
                + " | without an account |",
            "|---|" + Role.allCases.map { _ in "---|" }.joined() + "---|",
        ]
        for row in rows {
            let marks = Role.allCases.map { role in
                guard let roles = row.roles else { return "yes" }
                return roles.contains(role) ? row.takesSession ? "session" : "yes" : "–"
            }
            let open =
                row.roles == nil ? "yes" : row.part.map { "if open: `\($0.rawValue)`" } ?? "–"
            lines.append(
                "| `\(row.method) \(row.path)` | \(marks.joined(separator: " | ")) | \(open) |")
        }
        return lines.joined(separator: "\n")
    }
}
