// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The members of a leaf that the catalog reads; everything else stays in the log.
enum LeafMember: Int, CaseIterable {
    case key
    case claimedKey
    case claimedMethod
    case claimed
    case session
    case method
    case issuer
    case roles
    case actorKind
    case actor
    case via
    case payload
    case place
    case what
    case who
    case tags
    case effect
    case policy
    case policyVersion
    case decisionReason
    case rule
    case service
    case duration
    case action
    case category
    case eventClass
    case outcome
    case reason
    case severity
    case httpMethod
    case requestSize
    case responseSize
    case route
    case status
    case labels
    case producer
    case protocolSession
    case zone
    case stage
    case time
    case trace
    case uid

    /// The dotted path of the member in a leaf.
    var path: String { Self.paths[rawValue] }

    /// In the order of the cases.
    private static let paths = [
        "actor.auth.key", "actor.claimed.key", "actor.claimed.method", "actor.claimed.uid",
        "actor.session", "actor.auth.method", "actor.issuer", "actor.roles", "actor.type",
        "actor.uid", "actor.via", "commit.payload", "commit.where", "commit.what", "commit.who",
        "data_tags", "decision.effect", "decision.policy", "decision.policy_version",
        "decision.reason", "decision.rule", "dst.service", "duration_us", "event.action",
        "event.category", "event.class", "event.outcome", "event.reason", "event.severity",
        "http.method", "http.request_size", "http.response_size", "http.route", "http.status",
        "labels", "producer.uid", "session.uid", "src.zone", "stage", "time", "trace.trace_id",
        "uid",
    ]

    /// To which of a row's shapes it belongs; nil for a member with many values.
    var aspect: CatalogAspect? {
        switch self {
        case .session, .actor, .place, .what, .who, .payload, .duration, .requestSize,
            .responseSize, .labels, .time, .trace, .uid, .key, .claimedKey, .claimed, .via,
            .protocolSession:
            nil
        case .method, .claimedMethod, .issuer, .roles, .zone, .producer: .caller
        default: .deed
        }
    }
}

extension OtherID {
    /// The member that has it.
    var member: LeafMember {
        switch self {
        case .key: .key
        case .claimed: .claimed
        case .claimedKey: .claimedKey
        case .via: .via
        case .session: .protocolSession
        }
    }
}

/// The members as a tree of names, each level sorted as canonical JSON is.
struct LeafMemberTree: Sendable {
    struct Node: Sendable {
        var name: [UInt8]
        /// The nodes below, in ``LeafMemberTree/nodes``; empty for a value.
        var children: Range<Int>
        /// Position among the members; -1 for an object.
        var member: Int
    }

    private(set) var nodes: [Node] = []
    private(set) var root = 0..<0

    static let all = LeafMemberTree(
        LeafMember.allCases.map { $0.path.split(separator: ".").map { Array($0.utf8) } })

    private init(_ paths: [[[UInt8]]]) {
        root = add(Array(paths.enumerated().map { ($0.element[...], $0.offset) }))
    }

    private mutating func add(_ paths: [(ArraySlice<[UInt8]>, Int)]) -> Range<Int> {
        var groups: [[UInt8]: [(ArraySlice<[UInt8]>, Int)]] = [:]
        for (path, member) in paths {
            guard let name = path.first else { continue }
            groups[name, default: []].append((path.dropFirst(), member))
        }
        let names = groups.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let start = nodes.count
        for name in names { nodes.append(Node(name: name, children: 0..<0, member: -1)) }
        for (place, name) in names.enumerated() {
            let below = groups[name] ?? []
            if below.count == 1, below[0].0.isEmpty {
                nodes[start + place].member = below[0].1
            } else {
                nodes[start + place].children = add(below)
            }
        }
        return start..<start + names.count
    }
}
