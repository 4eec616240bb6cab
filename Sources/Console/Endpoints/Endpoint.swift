// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// What a console request carries from guard to guard to its endpoint.
typealias ConsoleContext = BasicRequestContext

/// One path with one method, and what is answered there.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: RouterPath
    let answer: @Sendable (Request, ConsoleContext) async throws -> Response

    /// A reading endpoint; it also answers `HEAD`.
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
