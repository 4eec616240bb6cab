// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import ByteCoding

extension ServiceRules {
    /// The rules as the value whose hash is ``Rulebook/version``: every setting, with defaults spelled
    /// out.
    package var json: JSONValue {
        var members = [
            JSONMember("name", .string(name)),
            JSONMember("host", .string(match.host.text)),
            JSONMember("path", .string(match.path.text)),
            JSONMember("routes", .array(routes.map { $0.json(of: self) })),
            JSONMember("rules", .array(rules.map(\.json))),
            JSONMember("audit", audit.json),
            JSONMember("paths", paths.json),
        ]
        if let limit { members.append(JSONMember("limit", limit.json)) }
        return .object(members)
    }
}

extension ListedRoute {
    fileprivate func json(of service: ServiceRules) -> JSONValue {
        .object([
            JSONMember("route", .string(pattern.text)),
            JSONMember("audit", (audit ?? service.audit).json),
            JSONMember("allow_encoded_slash", .bool(allowsEncodedSlash)),
        ])
    }
}

extension AuditPolicy {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("ahead", .string(ahead.rawValue)),
            JSONMember("on_failure", .string(onFailure.rawValue)),
        ])
    }
}

extension PathPolicy {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("slashes", .string(slashes.rawValue)),
            JSONMember("encoded_slash", .string(encodedSlash.rawValue)),
        ])
    }
}

extension RateLimit {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("per", .string(per.rawValue)),
            JSONMember("rate", .string(rate.text)),
            JSONMember("burst", .integer(Int64(burst))),
        ])
    }
}

extension Rule {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("id", .string(id)),
            JSONMember("effect", .string(effect.rawValue)),
            JSONMember("conditions", conditions.json),
            JSONMember("tags", .array(tags.map { .string($0) })),
        ])
    }
}

extension Rule.Conditions {
    fileprivate var json: JSONValue {
        var members = [JSONMember("anonymous", .bool(admitsAnonymous))]
        func add(_ name: String, _ values: [String]?) {
            guard let values else { return }
            members.append(JSONMember(name, .array(values.map { .string($0) })))
        }
        add("roles", roles)
        add("methods", methods?.map(\.token))
        add("routes", routes?.map(\.text))
        add("actors", actors?.map(\.rawValue))
        return .object(members)
    }
}
