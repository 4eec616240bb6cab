// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPTypes
import Hummingbird
import Logging

/// Turns whatever is thrown further in into a page, so that no answer leaves without one.
struct ErrorPages: RouterMiddleware {
    typealias Context = ConsoleContext

    let logger: Logger

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as ConsoleProblem {
            return page(problem)
        } catch let error as HTTPError where error.status == .notFound {
            // What the router throws for a path that it does not know.
            return page(.notFound)
        } catch {
            // What failed is for the operator; the client only learns that it is not to blame.
            logger.error("The console cannot read the log: \(error)")
            return page(
                ConsoleProblem(.serviceUnavailable, "The log cannot be read now."))
        }
    }

    private func page(_ problem: ConsoleProblem) -> Response {
        var response = Response.content(
            problem.page, type: .problemJSON, .none, status: problem.status)
        response.headers.append(contentsOf: problem.fields)
        return response
    }
}
