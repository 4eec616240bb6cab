// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Console
import Hummingbird

/// The auditor API: what an auditor or an incident responder asks of the log, for programs.
///
/// A group of endpoints is an ``AuditorGroup``; whatever is declared there is a route with its rule, is in the OpenAPI
/// document, and has its parameters read and its reading recorded in one way.
package struct AuditorAPI: EndpointGroup {
    package static let prefix = "/api/v1"

    private let desk: AuditorDesk
    private let groups: [any AuditorGroup]

    package init(_ sources: AuditorSources) {
        desk = AuditorDesk(sources)
        groups = [RecordEndpoints(desk: desk)]
    }

    /// Everything that is declared.
    package var operations: [AuditorOperation] { groups.flatMap(\.operations) }

    package var endpoints: [Endpoint] { operations.map { $0.endpoint(at: desk) } }
}

/// Operations that belong together.
package protocol AuditorGroup: Sendable {
    var operations: [AuditorOperation] { get }
}
