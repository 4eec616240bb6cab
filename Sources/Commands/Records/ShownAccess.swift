// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Messages

extension Record {
    /// What was asked for, in the terms of its protocol: `GET /v1/invoices`, `select billing.invoices`,
    /// `get pods/log in shop`, `tools/call search`, `shop.Orders/Place`; nil where the record does not say.
    ///
    /// - Parameter unread: the placeholder for an unknown path.
    func asked(_ values: RecordValues, unread: SafeText = "–") -> SafeText? {
        if let operation = text("db", "operation") {
            let tables = value[path: "db", "tables"]?.array?.compactMap(\.string) ?? []
            let of = tables.isEmpty ? text("db", "name").map { [$0] } ?? [] : tables
            return of.isEmpty ? "\(operation)" : "\(operation) \(of.joined(separator: ", "))"
        }
        if let verb = text("k8s", "verb") {
            let kind = [text("k8s", "resource"), text("k8s", "subresource")].compactMap(\.self)
            let name = [kind.joined(separator: "/"), values["k8s.name"] ?? ""]
                .filter { !$0.isEmpty }.joined(separator: " ")
            let place: SafeText = text("k8s", "namespace").map { " in \($0)" } ?? ""
            return (name.isEmpty ? "\(verb)" : "\(verb) \(name)") + place
        }
        if let method = text("mcp", "method") {
            return text("mcp", "tool").map { "\(method) \($0)" } ?? "\(method)"
        }
        if let service = text("grpc", "service"), let method = text("grpc", "method") {
            return "\(service)/\(method)"
        }
        let path: SafeText = (values.path ?? route).map { "\($0)" } ?? unread
        return method.map { "\($0) " + path }
    }

    private func text(_ member: String, _ name: String) -> String? {
        value[path: member, name]?.string
    }
}
