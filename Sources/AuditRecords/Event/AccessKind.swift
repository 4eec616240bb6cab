// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What kind of access a record describes: `event.action`, `event.class` and, if the class has its
/// own activities, `event.activity`.
package enum AccessKind: Hashable, Sendable {
    /// A request over HTTP, including gRPC and WebSocket.
    case http
    /// A statement to a database.
    case database(DatastoreActivity)
    /// A request to a Kubernetes API server.
    case kubernetes
    /// A message of the Model Context Protocol.
    case mcp
    /// A session has begun: its operations follow.
    case sessionStart
    /// A session is over.
    case sessionEnd
    /// Something that another system recorded.
    case foreign

    package var action: EventAction {
        switch self {
        case .http: .httpRequest
        case .database: .databaseStatement
        case .kubernetes: .kubernetesRequest
        case .mcp: .mcpMessage
        case .sessionStart: .sessionStart
        case .sessionEnd: .sessionEnd
        case .foreign: .foreignEvent
        }
    }

    package var eventClass: EventClass {
        switch self {
        case .database: .datastoreActivity
        case .http, .kubernetes, .mcp, .sessionStart, .sessionEnd, .foreign: .apiActivity
        }
    }

    /// The activity, unless the class is API Activity, whose activities are in ``AccessActivity``.
    var activity: Int? {
        if case .database(let activity) = self { activity.rawValue } else { nil }
    }
}

/// What a statement does: `event.activity` of OCSF class 6005, Datastore Activity.
package enum DatastoreActivity: Int, CaseIterable, Sendable {
    case read = 1
    case update = 2
    case connect = 3
    case query = 4
    case write = 5
    case create = 6
    case delete = 7
    case list = 8
    case other = 99
}
