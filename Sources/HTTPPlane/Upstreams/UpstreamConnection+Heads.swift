// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Access
internal import HTTPWire
internal import Identity
internal import NIOCore

/// How a request's head is written for the service.
extension UpstreamConnection {
    /// Writes the head without the credential that identified the caller: a service that got it
    /// could impersonate the client elsewhere, and its logs would hold it. Every other credential
    /// is the service's own.
    func append(
        _ head: RequestHead, of recorded: RecordedRequest, trust: ForwardedTrust,
        told: ToldFields, to output: inout ByteBuffer
    ) {
        var dropping = KnownFieldSet()
        dropping.insert(.traceparent)
        if head.dropsTraceState(recorded.trace) { dropping.insert(.tracestate) }
        var named: Int?
        if let credential = recorded.credential, !target.configuration.forwardsCredentials {
            switch credential.place {
            case .authorization: dropping.insert(.authorization)
            case .xAPIKey: dropping.insert(.xAPIKey)
            case .named: named = credential.range.lowerBound
            }
        }
        guard named == nil, !target.choosesFields else {
            let (head, added) = chosen(head, leavingOut: named, told.fields)
            append(head, recorded, trust, dropping, added, to: &output)
            return
        }
        append(head, recorded, trust, dropping, told.fields, to: &output)
    }

    private func append(
        _ head: RequestHead, _ recorded: RecordedRequest, _ trust: ForwardedTrust,
        _ dropping: KnownFieldSet, _ added: AddedFields, to output: inout ByteBuffer
    ) {
        let host = target.hostField ?? (head.authority.isEmpty ? target.ownHost : nil)
        output.write(
            atMost: head.mostBytes(adding: added, host: host) + RecordedRequest.mostLineBytes
        ) { output in
            head.append(
                toUpstream: &output, framing: head.framing, forwarded: trust, adding: added,
                dropping: dropping, host: host, last: { recorded.appendLines(to: &$0) })
        }
    }

    /// The head for a service with its own choice of fields, or without a credential in a separate
    /// field.
    private func chosen(
        _ head: RequestHead, leavingOut offset: Int?, _ told: AddedFields
    ) -> (RequestHead, AddedFields) {
        var (head, added) = (head, told)
        if let offset { head = head.leavingOut(valueAt: offset) }
        if let choice = target.fieldChoice { head = head.applying(choice) }
        if let pseudonym = target.via { added.put(.via, Via.value(head, behind: pseudonym)) }
        return (head, added)
    }
}

extension RequestHead {
    /// Whether `tracestate` is of no use to the service: of a trace that is not continued (W3C Trace Context §3.4),
    /// or empty.
    fileprivate func dropsTraceState(_ trace: TraceContext) -> Bool {
        guard has(.tracestate) else { return false }
        return !continues(trace)
            || fields.allSatisfy { $0.known != .tracestate || $0.value.isEmpty }
    }

    private func continues(_ trace: TraceContext) -> Bool {
        guard !isRepeated(.traceparent), let slice = value(of: .traceparent) else { return false }
        let bytes = bytes
        let sent = TraceContext(traceparent: bytes.span.extracting(slice.range))
        return sent?.traceHigh == trace.traceHigh && sent?.traceLow == trace.traceLow
    }

    /// Whether sending the request twice does no harm (RFC 9110 §9.2.2).
    var isRepeatable: Bool {
        guard !asksForAnotherMethod else { return false }
        return switch method {
        case .get, .head, .options, .put, .delete: true
        case .post, .patch, .other: false
        }
    }
}
