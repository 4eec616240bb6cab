// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird

/// One path with one method, who may come there, and what is answered.
package struct Endpoint: Sendable {
    /// What somebody may send along, which an endpoint gets in ``ConsoleContext/form``.
    package enum Input: Sendable {
        /// Texts in the body of a request that changes something; nothing with one that only reads.
        case form
        /// Names with values: in the query of a request that only reads, or else in its body.
        case parameters
    }

    package let method: HTTPRequest.Method
    package let path: RouterPath
    package let rule: RouteRule
    package let input: Input
    package let answer: @Sendable (Request, ConsoleContext) async throws -> Response

    package init(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ rule: RouteRule, input: Input,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.rule = rule
        self.input = input
        self.answer = answer
    }

    /// A reading endpoint; it also answers `HEAD`.
    static func get(
        _ path: RouterPath, _ rule: RouteRule,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(.get, path, rule, input: .form, answer)
    }

    /// An endpoint that changes something.
    static func post(
        _ path: RouterPath, _ rule: RouteRule,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(.post, path, rule, input: .form, answer)
    }

    /// Whether its target may have a query.
    var takesQuery: Bool { method == .get && input == .parameters }
}

/// Endpoints that belong together.
package protocol EndpointGroup: Sendable {
    var endpoints: [Endpoint] { get }
    /// What the root of the address says of them: lines of a path and what is there.
    var announcement: String { get }
}

extension EndpointGroup {
    package var announcement: String { "" }
}
