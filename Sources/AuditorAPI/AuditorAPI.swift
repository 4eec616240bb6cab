// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
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
        groups = [
            RecordEndpoints(desk: desk),
            CountEndpoints(desk: desk),
            FirstSeenEndpoints(desk: desk),
            TailEndpoints(desk: desk),
            ProofEndpoints(desk: desk),
            IntegrityEndpoints(desk: desk),
            ProducerEndpoints(desk: desk),
            CheckpointEndpoints(desk: desk),
            AuditEndpoints(desk: desk),
            ExportEndpoints(desk: desk),
            PrivacyEndpoints(desk: desk),
            RuleEndpoints(desk: desk),
            SettingsEndpoints(desk: desk),
            CompletionEndpoints(desk: desk),
            ReviewEndpoints(desk: desk),
            ReportEndpoints(desk: desk),
        ]
    }

    package let announcement = """
        /api/v1/openapi.json  what else is below /api/v1/: the auditor API, OpenAPI 3.1

        """

    /// Everything that is declared.
    package var operations: [AuditorOperation] { groups.flatMap(\.operations) }

    package var endpoints: [Endpoint] {
        operations.map { $0.endpoint(at: desk) } + [documentEndpoint]
    }

    /// The description of all of it, made from the same declarations.
    package var document: JSONValue {
        AuditorDocument(
            operations, schemas: AuditorSchema.common + groups.flatMap { type(of: $0).schemas }
        ).json
    }

    private var documentEndpoint: Endpoint {
        let document = document
        return Endpoint(.get, RouterPath(Self.prefix + "/openapi.json"), .everybody, input: .form) {
            request, _ in
            Response.json(document).gzipped(for: request)
        }
    }
}

/// Operations that belong together.
package protocol AuditorGroup: Sendable {
    var operations: [AuditorOperation] { get }
    /// The forms of their answers, by the names that the operations call them by.
    static var schemas: [(name: String, schema: AuditorSchema)] { get }
}
