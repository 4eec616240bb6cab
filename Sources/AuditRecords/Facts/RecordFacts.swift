// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a record says of an access besides what every access has; nil in the record of a plain HTTP
/// request.
///
/// Each part is a member of its own. Nothing personal: texts, parameters and names go to the groups `what` and `payload`.
package final class RecordFacts: Sendable {
    package let kind: AccessKind
    package let database: DatabaseFacts?
    package let foreign: ForeignFacts?
    package let grpc: GRPCFacts?
    package let inspection: InspectionFacts?
    package let kubernetes: KubernetesFacts?
    package let labels: RecordLabels?
    package let mcp: MCPFacts?
    package let session: SessionFacts?
    package let upstream: UpstreamFacts?
    package let webSocket: WebSocketFacts?

    package init(
        _ kind: AccessKind = .http, database: DatabaseFacts? = nil, foreign: ForeignFacts? = nil,
        grpc: GRPCFacts? = nil, inspection: InspectionFacts? = nil,
        kubernetes: KubernetesFacts? = nil, labels: RecordLabels? = nil, mcp: MCPFacts? = nil,
        session: SessionFacts? = nil, upstream: UpstreamFacts? = nil,
        webSocket: WebSocketFacts? = nil
    ) {
        self.kind = kind
        self.database = database
        self.foreign = foreign
        self.grpc = grpc
        self.inspection = inspection
        self.kubernetes = kubernetes
        self.labels = labels
        self.mcp = mcp
        self.session = session
        self.upstream = upstream
        self.webSocket = webSocket
    }

    /// Paths of what was cut when it was made, or is cut when it is written after `truncated`.
    var truncated: [String] { (labels?.object.truncated ?? []) + (upstream?.truncated ?? []) }
}

extension RecordSchema {
    /// The members of all facts.
    static let factMembers: [(String, Form)] =
        DatabaseFacts.members + ForeignFacts.members + GRPCFacts.members + InspectionFacts.members
        + KubernetesFacts.members + MCPFacts.members + SessionFacts.members
        + UpstreamFacts.members + WebSocketFacts.members + StreamReset.members
        + AgentFacts.members + RecordLabels.members
}
