// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Settings

/// Configurations of tests, and the files and variables that they point to.
enum TestSettings {
    static let sources = SettingsSources(
        environment: { ["ADMIN": "192.0.2.7:9443", "PORT_TEXT": "1KiB", "EMPTY": ""][$0] },
        file: { path in
            switch path {
            case "/etc/countersign/secrets/issuer": .text("https://id.example.com\n")
            case "/etc/countersign/webhook.secret":
                .text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
            case "/etc/countersign/otlp.token", "/etc/countersign/splunk.token": .text("token\n")
            case "/etc/countersign/locked": .unreadable("permission denied")
            default: .missing
            }
        })

    static func text(_ yaml: String) -> ConfigurationText {
        ConfigurationText(file: "countersign.yaml", folder: "/etc/countersign", text: yaml)
    }

    static func read(_ yaml: String) throws -> Deployment {
        try Deployment.read(text(yaml), sources: sources)
    }

    /// The faults of a text, one line each without the file's name; empty where it is good.
    static func faults(_ yaml: String) -> [String] {
        do throws(SettingsFaults) {
            _ = try Deployment.read(text(yaml), sources: sources)
            return []
        } catch {
            return error.faults.map { fault in
                String(fault.text(file: "").dropFirst())
            }
        }
    }

    /// A good configuration with as little as possible; tests replace parts of it.
    static let minimal = """
        version: 1
        log:
          origin: example.com/log
          dir: log
        listen:
          - address: 127.0.0.1:8080
        services:
          - name: demo
            upstream:
              url: http://127.0.0.1:8081

        """
}

extension String {
    func with(_ part: String, _ other: String) -> String {
        precondition(contains(part), "the test replaces nothing")
        return replacing(part, with: other)
    }
}
