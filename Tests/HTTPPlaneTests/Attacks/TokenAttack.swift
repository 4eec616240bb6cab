// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import HTTPPlane
import Transport
import Foundation
import Identity
import TestSupport

/// Rows about tokens: what stands in the fields of a request that has no other credential.
extension Attack {
    /// A request with these fields is not identified, and the connection lives on.
    static func challenged(_ name: String, fields: String, _ reason: String) -> Attack {
        .denied(name, request(fields: fields), 401, reason)
    }

    /// A token is not believed.
    static func challenged(_ name: String, token: String, _ reason: String) -> Attack {
        .challenged(name, fields: "Authorization: Bearer \(token)\r\n", reason)
    }

    /// A token with one member of its header changed, signed by its issuer all the same.
    static func challenged(
        header member: String, _ json: String?, _ reason: String
    ) throws -> Attack {
        .challenged(
            "header \(member): \(json?.prefix(60) ?? "missing")",
            token: try Provider.token(header: Provider.header.with(member, json).json), reason)
    }

    /// A token with one claim changed.
    static func challenged(
        claim: String, _ json: String?, _ reason: String
    ) throws -> Attack {
        .challenged(
            "claim \(claim): \(json?.prefix(60) ?? "missing")",
            token: try Provider.token(Provider.claims.with(claim, json)), reason)
    }

    /// A good token, so that it is known that the others are refused for what they are.
    static func believed(_ name: String, token: String) -> Attack {
        .passed(name, request(fields: "Authorization: Bearer \(token)\r\n"))
    }

    private static func request(fields: String) -> String {
        "GET /v1/invoices/1 HTTP/1.1\r\nHost: api.example.com\r\n\(fields)\r\n"
    }
}

extension ProxySettings {
    /// A proxy that trusts the provider, at the time of its tokens.
    static func trusting(
        _ configure: (inout TrustedIssuer) -> Void = { _ in }
    ) throws -> ProxySettings {
        var settings = ProxySettings()
        var issuer = try Provider.trusted()
        configure(&issuer)
        settings.issuers = [issuer]
        settings.now = Provider.now
        return settings
    }
}

/// A token's three parts, to be put together otherwise.
struct TokenParts {
    var header: String
    var payload: String
    var signature: String

    init(_ token: String) {
        let parts = token.split(separator: ".").map(String.init)
        (header, payload, signature) = (parts[0], parts[1], parts[2])
    }

    var text: String { "\(header).\(payload).\(signature)" }
}
