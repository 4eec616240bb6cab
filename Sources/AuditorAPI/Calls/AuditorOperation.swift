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
    /// What may stand in header fields; whoever answers reads it.
    package let headers: [AuditorParameter]
    /// What is answered where all is well.
    package let answers: [AuditorAnswer]
    /// What else can come, besides what may come anywhere: ``AuditorProblem/general``.
    package let problems: [AuditorProblem]
    /// Whether it takes a place among the searches, of which each account has few at a time.
    package let isSearch: Bool
    package let run: @Sendable (AuditorCall) async throws -> Response

    package init(
        _ method: HTTPRequest.Method, _ path: String, _ right: Right, _ summary: String,
        parameters: [AuditorParameter] = [], headers: [AuditorParameter] = [],
        answers: [AuditorAnswer],
        problems: [AuditorProblem] = [], isSearch: Bool = true,
        _ run: @escaping @Sendable (AuditorCall) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.summary = summary
        self.parameters = parameters
        self.headers = headers
        self.answers = answers
        self.problems = problems
        self.isSearch = isSearch
        self.run = run
    }

    /// The path as the router writes it.
    private var route: String {
        path.replacing("{", with: ":").replacing("}", with: "")
    }

    /// The route of the operation.
    func endpoint(at desk: AuditorDesk) -> Endpoint {
        Endpoint(
            method, RouterPath(AuditorAPI.prefix + route), .right(right),
            input: .parameters
        ) { request, context in
            let call = try AuditorCall(self, request, context, at: desk)
            return try await run(call).gzipped(for: request)
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
