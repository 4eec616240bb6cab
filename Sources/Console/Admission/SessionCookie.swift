// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// The cookie that holds a session's secret, and when it may be used.
///
/// Under a configured name, which TLS stands in front of, browsers send it over TLS only, and to nobody else
/// (`__Host-`). Safari drops such cookies on plain loopback, so that there the cookie is without both. Under any other
/// address nobody logs in: the password would be sent in the clear.
enum SessionCookie {
    private static let plainName = "countersign-session"
    private static let secureName = "__Host-countersign-session"

    /// The secret of a request's cookie; nil where there is none, or more than one.
    static func secret(in request: Request, _ approach: AllowedHosts.Approach) -> String? {
        guard let name = name(approach) else { return nil }
        var found: [Substring] = []
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0] == name { found.append(parts[1]) }
            }
        }
        return found.count == 1 ? String(found[0]) : nil
    }

    /// What a browser is told to keep, for as long as it runs; nil where nobody may log in.
    static func keeping(_ secret: String, _ approach: AllowedHosts.Approach) -> String? {
        name(approach).map { "\($0)=\(secret); \(attributes(approach))" }
    }

    /// What a browser is told to forget.
    static func forgetting(_ approach: AllowedHosts.Approach) -> String? {
        name(approach).map { "\($0)=; Max-Age=0; \(attributes(approach))" }
    }

    private static func name(_ approach: AllowedHosts.Approach) -> String? {
        switch approach {
        case .loopback: plainName
        case .name: secureName
        case .address: nil
        }
    }

    private static func attributes(_ approach: AllowedHosts.Approach) -> String {
        "Path=/; HttpOnly; SameSite=Strict" + (approach == .name ? "; Secure" : "")
    }
}
