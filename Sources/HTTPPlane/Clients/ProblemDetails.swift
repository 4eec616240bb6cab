// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Access
internal import HTTPWire

/// Refusals over HTTP: `application/problem+json` (RFC 9457), with nothing of the request in it.
struct ProblemDetails: RefusalRenderer {
    func render(_ reason: Reason, sentence: String, uid: UniqueID) -> RenderedRefusal {
        // A reason without a status has no client to tell; if it is used all the same, that is our
        // failure.
        let status = UInt16(reason.status ?? 500)
        let body = CanonicalJSON.encode(
            .object([
                JSONMember("detail", .string(sentence)),
                JSONMember("record", .string(uid.text)),
                JSONMember("status", .integer(Int64(status))),
                JSONMember("title", .string(ResponseWriter.phrase(status).description)),
                JSONMember("type", .string(reason.problemType)),
            ]))
        return RenderedRefusal(status: status, body: body)
    }
}
