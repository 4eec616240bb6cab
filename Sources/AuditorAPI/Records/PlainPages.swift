// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Console
import Crypto
import HTTPTypes
import Hummingbird

/// Lists and records as pages of HTML that run nothing: for browsers without JavaScript, and for people who want none.
///
/// Whatever a record holds becomes text: what would end it, hide it or turn it round is spelled out.
enum PlainPages {
    private static let style = """
        :root { color-scheme: light dark; } body { font: 14px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; }
        form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1rem 0; } label { display: flex; flex-direction: column; } label.q { flex: 1 1 20rem; } input { font: inherit; padding: .25rem .5rem; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; vertical-align: top; overflow-wrap: anywhere; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8886; padding: .75rem; } nav a { margin-right: 1.25rem; } .x { overflow-x: auto; }
        """

    /// A page of a list, with the way to the next and to all of it.
    static func list(
        _ rows: [JSONValue], next: String?, _ standing: AnswerStanding, for call: AuditorCall
    ) -> Response {
        func field(_ name: String, _ words: String, _ kind: String = "") -> String {
            "<label\(kind)>\(words)<input name=\"\(name)\" value=\"\(escaped(call[name] ?? ""))\"></label>"
        }
        let kept = ["zone", "unit", "order", "limit"].compactMap { name in
            call[name].map {
                "<input type=\"hidden\" name=\"\(name)\" value=\"\(escaped($0))\">"
            }
        }
        var links = [
            "<a href=\"\(address(of: call, ["format": "ndjson"]))\">Download all of it as NDJSON</a>"
        ]
        if let next {
            links.insert(
                "<a rel=\"next\" href=\"\(address(of: call, ["format": "html", "cursor": next]))\">Further ones</a>",
                at: 0)
        }
        let heads = [
            "Time, UTC", "Decision", "Actor", "Service", "Request", "Status", "Reason", "Record",
        ]
        return page(
            "Accesses",
            """
            <form action="\(AuditorAPI.prefix)/records"><input type="hidden" name="format" value="html">\(kept.joined())
            \(field("q", "Query", " class=\"q\""))\(field("since", "Since"))\(field("until", "Until"))<button>Search</button></form>
            <p>Complete to record \(standing.completeTo).\(standing.behind > 0 ? " \(standing.behind) newer ones are signed and not in this list yet." : "") A query that names people, paths or addresses is asked in the console, or by POST.</p>
            <div class="x"><table><thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
            <tbody>\(rows.map(row).joined(separator: "\n"))</tbody></table></div>
            \(rows.isEmpty ? "<p>Nothing was found.</p>" : "")<nav>\(links.joined())</nav>
            """)
    }

    private static func row(_ row: JSONValue) -> String {
        let record = row["record"]
        let index = row["index"]?.integer ?? 0
        let request = [
            record?[path: "http", "method"]?.string,
            record?[path: "http", "route"]?.string ?? record?[path: "event", "action"]?.string,
        ].compactMap(\.self).joined(separator: " ")
        let cells: [String?] = [
            row["time"]?.string,
            row["changed"] == .bool(true)
                ? "changed: this is not what was signed"
                : record?[path: "decision", "effect"]?.string,
            row[path: "values", "actor.name"]?.string ?? record?[path: "actor", "uid"]?.string,
            record?[path: "dst", "service"]?.string, request,
            record?[path: "http", "status"]?.integer.map { "\($0)" },
            record?[path: "event", "reason"]?.string ?? record?[path: "decision", "reason"]?.string,
        ]
        return "<tr>\(cells.map { "<td><bdi>\(escaped($0 ?? "–"))</bdi></td>" }.joined())"
            + "<td><a href=\"\(AuditorAPI.prefix)/records/\(index)?format=html\">\(index)</a></td></tr>"
    }

    /// A record, or all records of an access: their own bytes, and what proves them.
    static func record(_ records: [JSONValue]) -> Response {
        let parts = records.map { record in
            let index = record["index"]?.integer ?? 0
            let at = "\(AuditorAPI.prefix)/records/\(index)"
            let leaf = record["leaf"]?.string.flatMap { Base64.decode($0) }
            let values = record["values"]?.members ?? []
            let shown = values.map {
                "<tr><th scope=\"row\">\(escaped($0.name))</th><td><bdi>\(escaped($0.value.string ?? ""))</bdi></td></tr>"
            }
            return """
                <h2>Record \(index)</h2>
                \(leaf.map { "<p>\($0.count) bytes, as they were signed.</p><pre>\(escaped(String(decoding: $0, as: UTF8.self)))</pre>" } ?? "<p><b>What stands here is not what was signed.</b></p>")
                \(shown.isEmpty ? "" : "<table>\(shown.joined())</table>")
                <nav><a href="\(at)/proof">Its proof, a file</a><a href="\(at)/leaf">Its bytes</a><a href="\(at)/ocsf">As OCSF</a><a href="/tlog/log.vkey">The log’s key</a></nav>
                """
        }
        return page(
            "Record",
            parts.joined(separator: "\n")
                + "<p>Check the proof on a machine of your own: <code>countersign-verify FILE --key log.vkey</code></p>"
        )
    }

    private static func page(_ title: String, _ body: String) -> Response {
        let text = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>\(title) · Countersign</title><style>\(style)</style></head>
            <body><nav><a href="\(AuditorAPI.prefix)/records?format=html&amp;since=24h">Accesses of a day</a><a href="\(AuditorAPI.prefix)/records?format=html&amp;q=is:denied&amp;since=24h">Refused</a><a href="/console/overview">The console</a></nav>
            <h1>\(title)</h1>
            \(body)
            </body></html>

            """
        var response = Response.content(Array(text.utf8), type: .page, .none)
        let digest = Base64.encode(Array(SHA256.hash(data: Array(style.utf8))))
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        return response
    }

    /// The same question with other values of some parameters.
    private static func address(of call: AuditorCall, _ others: [String: String]) -> String {
        var values = call.values.filter { !["format", "cursor"].contains($0.key) }
        if others["format"] == "ndjson" { values["limit"] = nil }
        values.merge(others) { $1 }
        let query = values.sorted { $0.key < $1.key }.map { "\($0.key)=\(encoded($0.value))" }
        return escaped("\(AuditorAPI.prefix)/records?" + query.joined(separator: "&"))
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }

    /// A text within an element or a quoted attribute; what has no look of its own is spelled out.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned,
                    .privateUse:
                    out += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                default: out.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
