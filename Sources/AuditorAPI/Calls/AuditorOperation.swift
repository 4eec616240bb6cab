// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
import Console
package import HTTPTypes
package import Hummingbird

/// One method of one path, as it is declared: what it takes, who may, what comes back.
package struct AuditorOperation: Sendable {
    package let method: HTTPRequest.Method
    /// Behind ``AuditorAPI/prefix``, such as `/records/{uid}`.
    package let path: String
    package let right: Right
    /// A sentence for people.
    package let summary: String
    package let parameters: [AuditorParameter]
    /// What is answered where all is well.
    package let answers: [AuditorAnswer]
    /// What else can come, besides what may come anywhere: ``AuditorProblem/general``.
    package let problems: [AuditorProblem]
    package let run: @Sendable (AuditorCall) async throws -> Response

    package init(
        _ method: HTTPRequest.Method, _ path: String, _ right: Right, _ summary: String,
        parameters: [AuditorParameter] = [], answers: [AuditorAnswer],
        problems: [AuditorProblem] = [],
        _ run: @escaping @Sendable (AuditorCall) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.summary = summary
        self.parameters = parameters
        self.answers = answers
        self.problems = problems
        self.run = run
    }

    /// The route of the operation.
    func endpoint(at desk: AuditorDesk) -> Endpoint {
        Endpoint(
            method, RouterPath(AuditorAPI.prefix + path), .right(right),
            input: .parameters
        ) { request, context in
            try await run(try AuditorCall(self, request, context, desk.sources.now()))
        }
    }
}

/// What comes back where all is well.
package struct AuditorAnswer: Hashable, Sendable {
    package let status: Int
    package let type: String
    /// The name of its form in the OpenAPI document; nil for bytes.
    package let schema: String?

    package init(_ type: String, schema: String?, status: Int = 200) {
        self.status = status
        self.type = type
        self.schema = schema
    }
}
