// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `privacy`: which personal values are captured. They are committed to and sealed, never in the
/// leaf.
package struct PrivacySettings: Hashable, Sendable {
    /// `commit`.
    package var commit: CommitSettings
    /// `capture_headers`, default none: request header fields, in lower case, that `payload:
    /// [headers]` holds. Fields that carry credentials are refused.
    package var captureHeaders: [String]

    static let section = Section(
        start: PrivacySettings(commit: CommitSettings.section.start, captureHeaders: []),
        fields: [
            Field("commit", \.commit, .section(CommitSettings.section)),
            Field(
                "capture_headers", \.captureHeaders,
                .set(of: .fieldName, isEmptyAllowed: true, most: 64)),
            // Bodies are `none`; digests and excerpts come with request inspection.
            .fixed("bodies", "none"),
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

/// `privacy.commit`: what each group of a record's personal values holds. An empty list leaves the
/// group out.
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

    /// `who`, default subject, name and email.
    package var who: [Who]
    /// `where`, default ip and user_agent.
    package var place: [Where]
    /// `what`, default path and query.
    package var what: [What]
    /// `payload`, default none.
    package var payload: [Payload]

    static let section = Section(
        start: CommitSettings(
            who: [.subject, .name, .email], place: [.ip, .userAgent], what: [.path, .query],
            payload: []),
        fields: [
            Field("who", \.who, .set(of: .choice(), isEmptyAllowed: true)),
            Field("where", \.place, .set(of: .choice(), isEmptyAllowed: true)),
            Field("what", \.what, .set(of: .choice(), isEmptyAllowed: true)),
            Field("payload", \.payload, .set(of: .choice(), isEmptyAllowed: true)),
        ])
}
