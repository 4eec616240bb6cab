// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Foundation
import Testing

@Suite("GeneratedDocs: the page of reasons")
struct ReasonPageTests {
    private static let introduction = """
        # Reasons

        Why an access ended as it did. The code is `event.reason` of the record; `decision.reason` says what the rules decided,
        which is the same where they refused, and `role_match` or `rule_allowed` where an allowed access ended otherwise. The answer is
        `application/problem+json` (RFC 9457) with the type `urn:countersign:problem:` and the code, and with the
        record's uid. Nothing of the request is reflected. A dash stands where the service's own answer is passed on or
        nobody is left to be answered. A code, once published, keeps its meaning.

        This page is generated from the code by `make docs`.

        | code | kind | status | effect | severity | meaning | what to do |
        |---|---|---|---|---|---|---|

        """

    private static var page: String {
        Reason.allCases.reduce(introduction) { page, reason in
            let status = reason.status.map { String($0) } ?? "–"
            let remedy = reason.row.remedy(service: "the service") ?? "–"
            return page + "| `\(reason.code)` | \(reason.kind) | \(status) "
                + "| \(reason.effect.rawValue) | \(reason.row.severity.rawValue) "
                + "| \(reason.message) | \(remedy) |\n"
        }
    }

    @Test("Docs/Using/Reasons.md is what the table in the code says")
    func reasons() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Reasons.md")
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            try Self.page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == Self.page
        #expect(isCurrent, "Docs/Using/Reasons.md is out of date: run `make docs`")
    }
}
