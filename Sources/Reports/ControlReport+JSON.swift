// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

extension ControlReport {
    /// For programs, and for the console.
    package var members: [JSONMember] {
        [
            JSONMember("framework", .string(framework.rawValue)),
            JSONMember("title", .string(framework.title)),
            JSONMember("origin", .string(head.origin)),
            JSONMember("period_from", .string(head.from.rfc3339)),
            JSONMember("period_to", .string(head.to.rfc3339)),
            JSONMember("printer", .string(head.printer)),
            JSONMember("made", .string(head.made.rfc3339)),
            JSONMember("size", .integer(Int64(clamping: head.size))),
            JSONMember("root", .string(head.root)),
            JSONMember("accesses", .integer(head.accesses.number)),
            JSONMember("accesses_at_least", .bool(head.accesses.isAtLeast)),
            JSONMember("rows", .array(lines.map { row($0) })),
        ]
    }

    private func row(_ line: ReportLine) -> JSONValue {
        .object([
            JSONMember("control", .string(line.control.id)),
            JSONMember("asks", .string(line.control.asks)),
            JSONMember("word", .string(line.word.rawValue)),
            JSONMember("evidence", .array(line.findings.map { finding($0) })),
            JSONMember("leaves", .string(line.control.leaves)),
        ])
    }

    private func finding(_ finding: ReportFinding) -> JSONValue {
        .object([
            JSONMember("text", .string(finding.text)),
            JSONMember("word", .string(finding.word.rawValue)),
            JSONMember("query", finding.evidence.query.map { .string($0) } ?? .null),
            JSONMember("count", finding.count.map { .integer($0.number) } ?? .null),
            JSONMember("at_least", .bool(finding.count?.isAtLeast ?? false)),
            JSONMember("undecided", .integer(finding.count?.undecided ?? 0)),
            JSONMember("command", .string(command(finding.evidence))),
        ])
    }
}
