// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// Hands requests to the desk on threads that may block, and its answers back.
struct ConsoleResponder: HTTPResponder {
    let desk: ConsoleDesk
    let threads: NIOThreadPool
    let logger: Logger

    func respond(
        to request: Request, context: BasicRequestContext
    ) async throws -> Response {
        let head = request.head
        let answer: ConsoleAnswer
        do {
            answer = try await threads.runIfActive {
                try desk.answer(
                    method: head.method.rawValue, authority: head.authority,
                    target: head.path ?? "")
            }
        } catch {
            // What failed is for the operator; whoever asks learns that it is not their mistake.
            logger.error("The console cannot read the log: \(error)")
            return response(.text(503, "The log cannot be read now."), to: head)
        }
        return response(answer, to: head)
    }

    private func response(_ answer: ConsoleAnswer, to head: HTTPRequest) -> Response {
        var fields = HTTPFields()
        fields[.contentType] = answer.contentType
        fields[.cacheControl] = answer.freshness.rawValue
        fields[.xContentTypeOptions] = "nosniff"
        fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") {
            fields[name] = "same-origin"
        }
        if let allow = answer.allow { fields[.allow] = allow }
        let whole = Response(
            status: HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        return head.method == .head ? whole.createHeadResponse() : whole
    }
}
