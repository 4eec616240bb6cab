// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension ControlReport {
    /// The styles of the page, which is all that its policy has to allow.
    package static let style = """
        :root { color-scheme: light; }
        body { font: 14px/1.45 system-ui, sans-serif; color: #1b1a17; background: #fff; margin: 2rem auto; max-width: 60rem; padding: 0 1.5rem 4rem; }
        h1 { font-size: 1.35rem; margin: 0; } .sub { margin: .25rem 0 1.25rem; color: #55524b; }
        dl { display: grid; grid-template-columns: 9rem 1fr; margin: 0 0 1.5rem; } dt, dd { margin: 0; padding: .2rem 0; border-bottom: 1px solid #e4e1da; } dt { color: #55524b; }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; } th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #cfcbc2; overflow-wrap: anywhere; }
        thead th { font-weight: 500; color: #55524b; border-bottom-color: #8a867c; } tbody th { font-weight: 600; width: 15%; } .c { width: 17%; } .a { width: 22%; } .g { width: 20%; }
        ul { margin: 0; padding: 0; list-style: none; } li + li { margin-top: .4rem; }
        code { font: 11px/1.4 ui-monospace, monospace; color: #55524b; display: block; }
        .word { font-weight: 600; display: block; } .gap .word { color: #9b1c1c; } .cannot .word, .none .word { color: #55524b; }
        tfoot td { color: #55524b; font-size: 11px; border: 0; }
        a { color: inherit; text-decoration-color: #b9b4a8; }
        @page { size: A4; margin: 14mm; }
        @media print { body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; } thead { display: table-header-group; } tr { break-inside: avoid; } code { font-size: 7.5pt; } tfoot { display: table-footer-group; } tfoot td { font-size: 7.5pt; } a { color: inherit; text-decoration: none; } }
        """

    /// One file of HTML, without a script, which prints on white.
    ///
    /// - Parameter links: whether counts lead to the console that the page comes from.
    package func page(links: Bool) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>\(escaped(framework.title)): what the log helps to show</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <h1>What the log helps to show of \(escaped(framework.title))</h1>
        <p class="sub">Each line names what a control asks, what this log has for it, and what it leaves open. Whether a control is met, people judge.</p>
        <dl>
        <dt>Log</dt><dd>\(escaped(head.origin))</dd>
        <dt>Period</dt><dd>\(head.from.rfc3339) to \(head.to.rfc3339), days of \(escaped(head.zone))\(isOver ? "" : "; it is not over yet")</dd>
        <dt>Query</dt><dd>\(head.query.map(escaped) ?? "every access")</dd>
        <dt>Accesses</dt><dd>\(head.accesses.isAtLeast ? "at least " : "")\(ReportLine.grouped(head.accesses.number))</dd>
        <dt>Signed size</dt><dd>\(ReportLine.grouped(Int64(clamping: head.size))) records, root \(escaped(head.root))</dd>
        <dt>Made</dt><dd>\(head.made.rfc3339), for \(escaped(head.printer))</dd>
        </dl>
        <table>
        <thead><tr><th class="c" scope="col">Control</th><th class="a" scope="col">What it asks</th><th scope="col">Evidence in this log</th><th class="g" scope="col">What it leaves open</th></tr></thead>
        <tbody>
        \(lines.map { row($0, links) }.joined(separator: "\n"))
        </tbody>
        <tfoot><tr><td colspan="4">\(escaped(head.origin)) · \(head.from.rfc3339) to \(head.to.rfc3339), \(escaped(head.zone)) · \(head.query.map(escaped) ?? "every access") · \(ReportLine.grouped(head.accesses.number)) accesses · \(ReportLine.grouped(Int64(clamping: head.size))) records signed, root \(escaped(head.root)) · for \(escaped(head.printer)), \(head.made.rfc3339)</td></tr></tfoot>
        </table>
        </body>
        </html>

        """
    }

    private var isOver: Bool { head.to <= head.made }

    private func row(_ line: ReportLine, _ links: Bool) -> String {
        let style =
            switch line.word {
            case .evidence: "evidence"
            case .gap: "gap"
            case .none: "none"
            case .cannot: "cannot"
            }
        let items = line.findings.map { finding in
            let text = escaped(finding.text)
            let shown =
                links ? address(finding).map { #"<a href="\#($0)">\#(text)</a>"# } ?? text : text
            let gap = finding.word == .gap ? "Gap: " : ""
            return "<li>\(gap)\(shown)<code>\(escaped(command(finding.evidence)))</code></li>"
        }
        return """
            <tr class="\(style)"><th scope="row">\(escaped(line.control.id))</th><td>\(escaped(line.control.asks))</td><td><span class="word">\(line.word.rawValue)</span><ul>\(items.joined())</ul></td><td>\(escaped(line.control.leaves))</td></tr>
            """
    }

    /// Where the console shows what was counted.
    private func address(_ finding: ReportFinding) -> String? {
        switch finding.evidence.source {
        case .count(let query):
            let all = [query, head.query].compactMap(\.self).joined(separator: " ")
            return
                "/console/explore?q=\(Self.encoded(all))&amp;since=\(Self.encoded(head.from.rfc3339))&amp;until=\(Self.encoded(upTo))"
        case .integrity, .completeness, .retention: return "/console/integrity"
        }
    }

    /// For a query of a URL.
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

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
    }
}
