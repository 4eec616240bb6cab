// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import TestSupport

extension Site {
    /// Lets people in who have a token of the tests' issuer; its roles are those of its claim `roles`.
    func trustProvider() throws {
        let keys = Provider.keySetText([Provider.jwk(Provider.es.publicKey, kid: "es")])
        try folder.write(keys, to: "site/jwks.json")
        let identity = """
              - name: corp
                jwks:
                  file: jwks.json
                  issuer: \(Provider.issuer)
                  audience: [countersign]
                  roles_claims: [roles]

            services:

            """
        try folder.edit(Self.configuration, [("services:\n", identity)])
        try folder.succeed("check", "-c", Self.configuration)
    }

    /// The secret part of the log's signing key, as its file has it.
    func signingKey() throws -> String {
        let text = try folder.text("site/log.key").trimmed
        guard text.hasPrefix("PRIVATE+KEY+"),
            let secret = text.split(separator: "+", maxSplits: 4).last,
            secret.count > 30
        else { throw ScenarioFault("log.key is of another form") }
        return String(secret)
    }
}
