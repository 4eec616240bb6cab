// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Messages
import Policy

extension Form where Value == HostPattern {
    static let hostPattern = Form.scalar(
        "a host such as api.example.com or *.example.com", write: { .string($0.text) }
    ) { text throws(Complaint) in
        if text == "*" { return .any }
        if let pattern = HostPattern(text) { return pattern }
        let lower = text.lowercased()
        let name = lower.prefix { $0 != ":" }
        let hint = [lower, String(name)].first { HostPattern($0) != nil }
        throw Complaint(
            "a host is a lower-case name without a port, or `*.` and a name"
                + (hint.map { "; did you mean `\($0)`?" } ?? ""))
    }
}

extension Form where Value == PathPrefix {
    static let pathPrefix = Form.scalar("a path prefix such as /v1/", write: { .string($0.text) }) {
        text throws(Complaint) in
        guard let prefix = PathPrefix(text) else {
            guard !ForeignPattern.occurs(in: text.utf8), !text.contains("{") else {
                throw Complaint(ForeignPattern.message)
            }
            throw Complaint(
                "a path prefix begins with `/`, has no `//`, `.` or `..`, and nothing percent-encoded"
            )
        }
        return prefix
    }
}

extension Form where Value == RoutePattern {
    static let routePattern = Form.scalar(
        "a route such as \"GET /v1/invoices/{id}\"", write: { .string($0.text) }
    ) { text throws(Complaint) in
        do throws(RouteFault) {
            return try RoutePattern(text)
        } catch {
            guard error.kind == .unknownMethod else {
                throw Complaint("\(error.message) (character \(error.offset + 1) of `\(text)`)")
            }
            let method = String(text.prefix { $0 != " " })
            throw Complaint(MethodNames.complaint(about: method))
        }
    }
}

extension Form where Value == Method {
    static let method = Form.scalar("a method such as GET", write: { .string($0.token) }) {
        text throws(Complaint) in
        let method = Method(text)
        guard Method.registered.contains(method) else {
            throw Complaint(MethodNames.complaint(about: text))
        }
        return method
    }
}

/// Words about methods.
private enum MethodNames {
    static func complaint(about text: String) -> String {
        guard !["CONNECT", "TRACE"].contains(text) else { return "`\(text)` is never proxied" }
        return "`\(text)` is not a registered HTTP method"
            + NearestName.hint(text, among: Method.registered.map(\.token))
    }
}

extension Form where Value == Principal.Kind {
    private static var kinds: [Principal.Kind] { [.user, .service, .agent] }

    /// The kinds that rules may ask for; anonymous principals are admitted with `anonymous: true`.
    static let actorKind = Form.scalar(
        "user, service or agent",
        schema: [
            JSONMember("type", .string("string")),
            JSONMember("enum", .array(kinds.map { .string($0.rawValue) })),
        ],
        write: { .string($0.rawValue) }
    ) { text throws(Complaint) in
        if let kind = kinds.first(where: { $0.rawValue == text }) { return kind }
        guard text != Principal.Kind.anonymous.rawValue else {
            throw Complaint("anonymous principals are admitted with `anonymous: true`")
        }
        throw Complaint(
            "expected user, service or agent, found `\(text)`"
                + NearestName.hint(text, among: kinds.map(\.rawValue)))
    }
}

extension Form where Value == Rate {
    static let rate = Form.scalar(
        "a rate such as 100/m", schema: pattern("\(WholeNumber.pattern)/[smhd]"),
        write: { .string($0.text) }
    ) { text throws(Complaint) in
        _ = try WholeNumber.read(text.prefix { $0 != "/" })
        guard let rate = Rate(text) else {
            throw Complaint(
                "expected a rate of 1 to \(Rate.most) per s, m, h or d, such as 100/m; found `\(text)`"
            )
        }
        return rate
    }
}
