// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Foundation
import Query
import Testing

@Suite("GeneratedDocs: the page of queries")
struct QueryPageTests {
    private static let introduction = """
        # Queries

        One language for `countersign log query`, programs, alerts and exports. This page is generated from the code by `make docs`.

        ```text
        query = [or] ; or = and { "OR" and } ; and = not { ["AND"] not } ; not = ["-" | "NOT"] term
        term  = "(" or ")" | field ":" value | field ":(" value { "OR" value } ")" | word
        value = word | beginning* | * | n | >n | >=n | <n | <=n | a..b
        ```

        - Names of fields, and names of things such as services, routes, methods and reasons, are the same in letters of either case, and so are names of persons; `é` is the same letter whether it came as one character or as two. Ids and paths are not; of `actor`, the case is kept of what may be a certificate's thumbprint, or the beginning of one.
        - `path` means a path in all ways to write it that a service may take for the same: `/v1/bills/7` is also `/v1//bills/7/`, `/v1%2Fbills/7` and `/v1/bills/7;v=1`, but not `/V1/bills/7`; `a%2Ab` is also `a*b`, written `a\\*b`. `rawpath` means it just as it was asked for, where it was forwarded and is shown without `/./` or with `i` for `%69` as well. Neither holds the query string, which is kept in `http.query` and not searched.
        - Quotation marks only group: operators and `*` work inside as outside of them. A backslash takes the meaning from whatever follows. `-` negates only at the beginning of a term.
        - A negation includes accesses that have no such value at all.
        - Where a value that would decide is withheld from the reader, or was erased, the access is neither a hit nor a miss. It is counted as undecided. What `is:erased` and `erased:` ask is seen by opening values, as names are: it takes the right to, and a purpose.
        - Both ends of a range belong to it: of `a..b`, `>=` and `<=`, and the moment of `since`. Only `until` a moment ends just before that; a day, wherever it stands as an end, belongs to it as a whole. Days are those of UTC, or of the zone that is stated: `+02:00`, or a name such as `Europe/Berlin`. Of a time of day that clocks there show twice, a start is the first and an end the second, so that neither leaves anything out; with `+02:00` behind it, it is one moment. One that clocks there skip is the moment at which they do. Relative times are replaced by moments when a query is read: `m` is minutes, and there is no `M`.
        - A field with several values is meant if one of them is. Where an access has several records, its newest says how it ended, and its personal values are those of all of them.
        - A query is at most \(QueryLimits.standard.bytes) bytes, \(QueryLimits.standard.terms) terms and \(QueryLimits.standard.depth) parentheses deep. There are no regular expressions.

        Every query has one canonical text, whatever its order and way of writing. The audit record of a search names the query by a digest of that.

        ## Examples

        What is written, and its canonical text. It is 12:00 UTC on 30 November 2026.

        | query | canonical | asks for |
        |---|---|---|

        """

    private static func code(_ text: String) -> String { text.isEmpty ? "" : "`\(text)`" }

    private static var page: String {
        var page = introduction
        for sample in QuerySamples.all {
            page += "| \(code(sample.text)) | \(code(sample.canonical)) | \(sample.meaning) |\n"
        }
        page += """

            ## Fields

            In a *name*, letters of either case are alike; in a *text* they are not. What is *personal* is opened for the search, which is recorded first.

            | field | also | value | example | what it is | personal |
            |---|---|---|---|---|---|

            """
        let rows =
            QueryField.Name.allCases.map { QueryFieldRow.of($0) } + [QueryField.label("NAME").row]
        for row in rows {
            let also = row.aliases.map(code).joined(separator: ", ")
            let personal = row.personal.map { "`\($0.group.rawValue)`" } ?? ""
            page += "| `\(row.name)` | \(also) | \(row.form.noun) | `\(row.example)` "
            page += "| \(row.meaning) | \(personal) |\n"
        }
        page += """

            \(QueryField.anyWord.row.meaning)

            ## Shorthands

            | name | example | what it stands for |
            |---|---|---|

            """
        for shorthand in QueryShorthand.allCases {
            page += "| `\(shorthand.rawValue)` | `\(shorthand.example)` | \(shorthand.meaning) |\n"
        }
        page += """

            | word | stands for | meaning |
            |---|---|---|

            """
        for word in QueryShorthand.Word.allCases {
            let text = QueryText.of(QueryExpression.any(of: word.terms.map { .term($0) }))
            page += "| `is:\(word.rawValue)` | `\(text)` | \(word.meaning) |\n"
        }
        return page
    }

    @Test("Docs/Using/Query.md is what the tables in the code say")
    func queries() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Query.md")
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            try Self.page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == Self.page
        #expect(isCurrent, "Docs/Using/Query.md is out of date: run `make docs`")
    }
}
