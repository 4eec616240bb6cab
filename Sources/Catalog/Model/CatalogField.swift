// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A field that accesses can be found by. The list is closed: data of a request is never the name of a field.
package enum CatalogField: String, CaseIterable, Hashable, Sendable {
    // Facts with few values, which are counted in advance.
    case stage
    case category
    case action
    /// OCSF class.
    case eventClass = "class"
    case outcome
    case severity
    /// The event's, or else the decision's.
    case reason
    case decisionReason = "decision_reason"
    /// `actor.type`.
    case kind
    /// `actor.auth.method`.
    case auth
    /// `actor.claimed.method`.
    case claimedAuth = "claimed_auth"
    case issuer
    case role
    case zone
    case service
    case method
    case route
    case status
    /// `5xx`, of a status that is 5 and two digits more.
    case statusClass = "status_class"
    /// `decision.effect`.
    case decision
    case policy
    case policyVersion = "policy_version"
    case rule
    case tag
    case producer
    /// The log's name, the same for all.
    case log
    // Facts of each access.
    case actor
    case session
    case trace
    case uid
    case index
    case time
    case duration
    case requestSize = "request_size"
    case responseSize = "response_size"
    case label
    /// Ids besides that of the actor, as pairs; their names are those of ``OtherID``.
    case otherID = "other_id"
    /// Index of the access's first record; of a superseded record its own.
    case first
    /// Index of the newest record, where the access has several.
    case last
    /// The groups of personal values that any of its records commits to.
    case group
    // Personal values, kept as tokens only.
    case name
    case address
    case path
    case agent

    /// How a field's values are kept and compared.
    package enum Form: Sendable {
        /// Text with few values; may occur several times in an access.
        case word
        /// A number with few values.
        case code
        /// An id: text with many values.
        case id
        /// A number of the access's own.
        case number
        /// Pairs of name and value.
        case pairs
        /// A value of which there is only a token.
        case personal
    }

    package var form: Form {
        switch self {
        case .stage, .category, .action, .outcome, .reason, .kind, .auth, .issuer, .role, .zone,
            .service, .method, .route, .statusClass, .decision, .policy, .policyVersion, .rule,
            .tag, .producer, .log, .claimedAuth, .decisionReason, .group:
            .word
        case .eventClass, .severity, .status: .code
        case .actor, .session, .trace, .uid: .id
        case .index, .first, .last, .time, .duration, .requestSize, .responseSize: .number
        case .label, .otherID: .pairs
        case .name, .address, .path, .agent: .personal
        }
    }

    /// The shape that has it; nil for a fact of each access's own.
    package var aspect: CatalogAspect? {
        switch self {
        case .log, .group: nil
        case .auth, .claimedAuth, .issuer, .role, .zone, .producer: .caller
        default: form == .word || form == .code ? .deed : nil
        }
    }

    /// Whether accesses can be counted by its values.
    package var isCounted: Bool { aspect != nil || self == .actor || self == .session }

    /// Whether actors can be told by what they occur with of it.
    package var isPaired: Bool { aspect != nil || self == .address || self == .path }

    /// Names of things are compared without regard to case, ids exactly.
    package var ignoresCase: Bool {
        switch self {
        case .action, .auth, .claimedAuth, .category, .decision, .decisionReason, .label, .method,
            .outcome, .reason, .role, .route, .service, .stage, .statusClass, .tag, .zone:
            true
        default: false
        }
    }
}

/// What an id is that an access has besides that of its actor.
package enum OtherID: String, CaseIterable, Hashable, Sendable {
    /// Of the key that the actor used.
    case key
    /// Whom a refused credential names.
    case claimed
    /// The key that a refused credential names.
    case claimedKey = "claimed_key"
    /// Those on whose behalf the actor acts.
    case via
    /// Of the protocol's session.
    case session
}
