// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// One path with one method, who may come there, and what is answered.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: RouterPath
    let rule: RouteRule
    let answer: @Sendable (Request, ConsoleContext) async throws -> Response

    /// A reading endpoint; it also answers `HEAD`.
    static func get(
        _ path: RouterPath, _ rule: RouteRule,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: .get, path: path, rule: rule, answer: answer)
    }

    /// An endpoint that changes something. It gets what was sent along in ``ConsoleContext/form``.
    static func post(
        _ path: RouterPath, _ rule: RouteRule,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: .post, path: path, rule: rule, answer: answer)
    }
}

/// Endpoints that belong together.
protocol EndpointGroup: Sendable {
    var endpoints: [Endpoint] { get }
}
