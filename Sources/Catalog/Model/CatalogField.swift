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
    case reason
    /// `actor.type`.
    case kind
    /// `actor.auth.method`.
    case auth
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
            .tag, .producer, .log:
            .word
        case .eventClass, .severity, .status: .code
        case .actor, .session, .trace, .uid: .id
        case .index, .time, .duration, .requestSize, .responseSize: .number
        case .label: .pairs
        case .name, .address, .path, .agent: .personal
        }
    }

    /// The shape that has it; nil for a fact of each access's own.
    package var aspect: CatalogAspect? {
        switch self {
        case .log: nil
        case .auth, .issuer, .role, .zone, .producer: .caller
        default: form == .word || form == .code ? .deed : nil
        }
    }

    /// Whether accesses can be counted by its values.
    package var isCounted: Bool { aspect != nil || self == .actor || self == .session }

    /// Names of things are compared without regard to case, ids exactly.
    package var ignoresCase: Bool {
        switch self {
        case .service, .route, .action, .method, .reason, .statusClass: true
        default: false
        }
    }
}
