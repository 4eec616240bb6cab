// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// `outputs[].webhook`: deliveries by the conventions of Standard Webhooks.
package struct WebhookOutputSettings: HTTPOutputSettings, Hashable, Sendable {
    package var url: ReceiverURL
    package var ca: ResolvedPath?
    package var secrets: [SecretValue] = []
    package var mostBytes = 1 << 20

    static let section = Section(
        start: WebhookOutputSettings(url: .placeholder),
        keys: [
            .url(example: "https://siem.example.com/hooks/countersign"),
            .ca,
            Key(
                "secrets", \.secrets, .set(of: .secret, isEmptyAllowed: false, most: 2),
                isRequired: true,
                "What deliveries are signed with: `whsec_` and 24 to 64 bytes in base 64. Two while they are changed: each "
                    + "delivery then has a signature of both.",
                example: "[file:webhook.secret]"),
            .mostBytes,
        ],
        checks: [.ca])
}

/// `outputs[].otlp`: log records of OpenTelemetry by OTLP/HTTP.
package struct OTLPOutputSettings: HTTPOutputSettings, Hashable, Sendable {
    package var url: ReceiverURL
    package var ca: ResolvedPath?
    package var token: SecretValue?
    package var mostBytes = 1 << 20

    static let section = Section(
        start: OTLPOutputSettings(url: .placeholder),
        keys: [
            .url(
                usualPlace + " It usually ends in `/v1/logs`.",
                example: "https://otel.example.com:4318/v1/logs"),
            .ca,
            Key(
                "token", \.token, .optional(.secret), "Sent as `Authorization: Bearer`.",
                example: "file:otlp.token", standard: "none"),
            .mostBytes,
        ],
        checks: [.ca])
}

/// `outputs[].splunk`: events for Splunk's HTTP Event Collector.
package struct SplunkOutputSettings: HTTPOutputSettings, Hashable, Sendable {
    package var url: ReceiverURL
    package var ca: ResolvedPath?
    package var token: SecretValue
    package var acknowledges = true
    package var index: String?
    package var sourceType = "countersign:record"
    package var mostBytes = 1 << 19

    static let section = Section(
        start: SplunkOutputSettings(url: .placeholder, token: .placeholder),
        keys: [
            .url(
                "Where the collector is; the resources below it are added.",
                example: "https://splunk.example.com:8088/services/collector"),
            .ca,
            Key(
                "token", \.token, .secret, isRequired: true, "The token of the collector.",
                example: "file:splunk.token"),
            Key(
                "ack", \.acknowledges, .flag,
                "Whether records count as delivered once they are stored, for which the token has to acknowledge; "
                    + "otherwise once they are taken, which is not yet stored.",
                example: "false"),
            Key(
                "index", \.index, .optional(.name), "The index, if it is not the token's own.",
                example: "audit", standard: "the token's"),
            Key(
                "sourcetype", \.sourceType, .sourceType, "The source type of every event.",
                example: "countersign"),
            .mostBytes,
        ],
        checks: [.ca])
}

/// What these sections have in common.
package protocol HTTPOutputSettings: Sendable {
    var url: ReceiverURL { get set }
    /// PEM: who may issue the receiver's certificate; nil: the authorities that the system trusts.
    var ca: ResolvedPath? { get set }
    /// The longest request.
    var mostBytes: Int { get set }
}

extension HTTPOutputSettings {
    fileprivate static var usualPlace: String {
        "Where records are posted to. Certificates are always checked; no redirect is followed and no proxy asked."
    }
}

extension Key where Root: HTTPOutputSettings {
    fileprivate static func url(_ meaning: String = Root.usualPlace, example: String) -> Key {
        Key("url", \.url, .receiverURL, isRequired: true, meaning, example: example)
    }

    fileprivate static var ca: Key {
        Key(
            "ca", \.ca, .optional(.file), "PEM: who may issue the receiver's certificate.",
            example: "ca.pem", standard: "the system's")
    }

    fileprivate static var mostBytes: Key {
        Key(
            "max_body", \.mostBytes, .bytes(.kibi(64) ... .mebi(16)),
            "The longest request; one record goes all the same, whatever its length.",
            example: "256KiB")
    }
}

extension Check where Root: HTTPOutputSettings {
    /// Authorities are of no use where no certificate is shown.
    fileprivate static var ca: Check {
        Check("url", "ca") { output, place, reading in
            guard output.url.place.scheme == .http, output.ca != nil else { return }
            reading.note(
                .conflict, at: place.nearest("ca"),
                "`ca` has no effect on http; make the URL https or leave it out")
        }
    }
}
extension Form where Value == String {
    /// A word of Splunk.
    fileprivate static let sourceType = Form.scalar(
        "1 to 64 letters, digits, `_`, `-` and `:`", schema: pattern("[A-Za-z0-9_:-]{1,64}"),
        write: { .string($0) }
    ) { text throws(Complaint) in
        let isWord =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x3A, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x2D: true
                default: false
                }
            }
        guard isWord else {
            throw Complaint("expected 1 to 64 letters, digits, `_`, `-` and `:`, found `\(text)`")
        }
        return text
    }
}
