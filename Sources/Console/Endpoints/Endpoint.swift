// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// What a request for the console carries from guard to guard and to its endpoint.
typealias ConsoleContext = BasicRequestContext

/// One path with one method, and what is answered there.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: RouterPath
    let answer: @Sendable (Request, ConsoleContext) async throws -> Response

    /// An endpoint that reads; `HEAD` is answered by the same.
    static func get(
        _ path: RouterPath,
        _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: .get, path: path, answer: answer)
    }
}

/// Endpoints that belong together.
protocol EndpointGroup: Sendable {
    var endpoints: [Endpoint] { get }
}
