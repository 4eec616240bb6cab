// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension KeyDescription {
    /// Of the log, privacy and the admin address.
    static let general: [String: KeyDescription] = [
        "version": KeyDescription(
            "The version of this format.",
            "1"),
        "log": KeyDescription(
            "The audit log of this proxy."),
        "log.origin": KeyDescription(
            "The log's name: the first line of its checkpoints and the name of its keys. "
                + "It cannot be changed later.",
            "audit.example.com/prod"),
        "log.dir": KeyDescription(
            "The folder that holds the log. Only the proxy writes there.",
            "/var/lib/countersign/log"),
        "log.key_file": KeyDescription(
            "The signing key, readable by its owner only.",
            "/etc/countersign/log.key",
            standard: "`log.key` beside the configuration"),
        "log.state": KeyDescription(
            "Where the newest signed checkpoint is kept apart from the data, so that "
                + "restoring old data is noticed. Best on another disk.",
            "/var/lib/countersign-state",
            standard: "`log.dir` with `-state` added"),
        "log.publish": KeyDescription(
            "How checkpoints are offered to the outside. Every group of records is signed "
                + "anyway."),
        "log.publish.every": KeyDescription(
            "How often a checkpoint is published.",
            "1s"),
        "log.on_failure": KeyDescription(
            "What becomes of an access that the log cannot take, where its service does "
                + "not say: `deny` refuses it, `allow` lets it through and counts it.",
            "deny"),
        "privacy": KeyDescription(
            "Which personal values are kept. They are committed to and sealed beside the "
                + "log, never in a record itself."),
        "privacy.commit": KeyDescription(
            "What each group of a record's personal values holds. An empty list leaves the "
                + "group out."),
        "privacy.commit.who": KeyDescription(
            "Who: the subject as the identity source names it (`sub`, a certificate's "
                + "name, an API key's holder), the name, the e-mail address.",
            "[subject, name, email]"),
        "privacy.commit.where": KeyDescription(
            "From where: the client's address, its port, the addresses that trusted "
                + "proxies name, the address of the trusted proxy in front, the user agent, the "
                + "version of TLS.",
            "[ip, user_agent]"),
        "privacy.commit.what": KeyDescription(
            "What was asked for: the path, and the query without the values of secrets.",
            "[path, query]"),
        "privacy.commit.payload": KeyDescription(
            "Parts of the content: `headers` keeps the request fields of `capture_headers`.",
            "[headers]"),
        "privacy.capture_headers": KeyDescription(
            "Request fields that `payload: [headers]` keeps, in lower case. Fields that "
                + "carry credentials are refused.",
            "[accept, content-type]"),
        "privacy.bodies": KeyDescription(
            "Bodies are not kept.",
            "none"),
        "admin": KeyDescription(
            "The address for operators and auditors: health, status, metrics, the log as "
                + "static files."),
        "admin.address": KeyDescription(
            "Where it listens. Port 0 takes any free port. Changes take a restart.",
            "127.0.0.1:9090"),
        "admin.expose": KeyDescription(
            "Whether the address may be reachable from other machines.",
            "false"),
    ]
}
