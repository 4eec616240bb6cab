// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `privacy`: which personal values are captured. They are committed to and sealed, never in the
/// leaf.
package struct PrivacySettings: Hashable, Sendable {
    package var commit = CommitSettings()
    /// Request fields that `payload` holds, in lower case.
    package var captureHeaders: [String] = []

    static let section = Section(
        start: PrivacySettings(),
        keys: [
            Key(
                "commit", \.commit, .section(CommitSettings.section),
                "What each group of a record's personal values holds. An empty list omits the group."
            ),
            Key(
                "capture_headers", \.captureHeaders,
                .set(of: .fieldName, isEmptyAllowed: true, most: 64),
                "Request fields that `payload: [headers]` keeps, in lower case. Fields that carry "
                    + "credentials are refused.", example: "[accept, content-type]",
                together: ["privacy.commit.payload": "[headers]"]),
            // Digests and excerpts come with request inspection.
            .fixed("bodies", "none", "Bodies are not kept."),
        ],
        checks: [
            Check("commit", "capture_headers") { privacy, place, reading in
                let keeps = privacy.commit.payload.contains(.headers)
                if keeps, privacy.captureHeaders.isEmpty {
                    reading.note(
                        .conflict, at: place.nearest("commit", "payload"),
                        "`headers` keeps nothing without `capture_headers`; list the fields to keep"
                    )
                }
                if !keeps, !privacy.captureHeaders.isEmpty {
                    reading.note(
                        .conflict, at: place.nearest("capture_headers"),
                        "`capture_headers` has no effect without `payload: [headers]` under `commit`"
                    )
                }
            }
        ])
}

/// `privacy.commit`: what each group of a record's personal values holds.
package struct CommitSettings: Hashable, Sendable {
    package enum Who: String, CaseIterable, Sendable {
        /// The subject as the identity source names it: `sub`, a certificate's name, an API key's holder.
        case subject
        case name
        case email
    }

    package enum Where: String, CaseIterable, Sendable {
        case ip
        case port
        case forwarded
        case peerIP = "peer_ip"
        case userAgent = "user_agent"
        case tls
    }

    package enum What: String, CaseIterable, Sendable {
        case path
        case query
    }

    package enum Payload: String, CaseIterable, Sendable {
        case headers
    }

    package var who = Who.allCases
    package var place: [Where] = [.ip, .userAgent]
    package var what = What.allCases
    package var payload: [Payload] = []

    static let section = Section(
        start: CommitSettings(),
        keys: [
            Key(
                "who", \.who, .set(of: .choice(), isEmptyAllowed: true),
                "Who: the subject as the identity source names it (`sub`, a certificate's name, an API "
                    + "key's holder), the name, the e-mail address.", example: "[subject]"),
            Key(
                "where", \.place, .set(of: .choice(), isEmptyAllowed: true),
                "From where: the client's address, its port, the addresses that trusted proxies name, the "
                    + "address of the trusted proxy in front, the user agent, the version of TLS.",
                example: "[ip]"),
            Key(
                "what", \.what, .set(of: .choice(), isEmptyAllowed: true),
                "What was asked for: the path, and the query without the values of secrets.",
                example: "[path]"),
            Key(
                "payload", \.payload, .set(of: .choice(), isEmptyAllowed: true),
                "Parts of the content: `headers` keeps the request fields of `capture_headers`.",
                example: "[headers]", together: ["privacy.capture_headers": "[accept]"]),
        ])
}
