// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Exchanges
internal import HTTPWire

extension ClientConnection {
    /// Makes ready what a service is told about a request, in `lane.added`.
    func addForwardedFields(_ recorded: RecordedRequest, _ head: RequestHead) {
        lane.added.removeAll()
        lane.added.put(.xForwardedFor, peer.text)
        lane.added.put(.xForwardedProto, protocolName(head))
        put(.xForwardedHost) { $0.append(contentsOf: head.bytes(of: head.authority)) }
        put(.traceparent) { recorded.trace.appendTraceparent(to: &$0) }
        if head.has(.tracestate), !continuesTrace(head, recorded.trace) {
            // State of a trace that is not continued (W3C Trace Context §3.4).
            lane.added.put(.tracestate, [])
        }
        put(.countersignRecord) { recorded.uid.append(to: &$0) }
        let principal = recorded.principal
        put(.subject) { ForwardedFieldText.append(principal.uid, to: &$0) }
        put(.roles) { value in
            for role in principal.roles {
                if !value.isEmpty { value.append(UInt8(ascii: ",")) }
                ForwardedFieldText.append(role, to: &value)
            }
        }
        if let issuer = principal.issuer {
            put(.issuer) { ForwardedFieldText.append(issuer, to: &$0) }
        }
    }

    private func put(_ name: FieldName, _ write: (inout [UInt8]) -> Void) {
        lane.value.removeAll(keepingCapacity: true)
        write(&lane.value)
        lane.added.put(name, lane.value)
    }

    /// The scheme at the client: ours, or the one that a trusted proxy names.
    private func protocolName(_ head: RequestHead) -> [UInt8] {
        if peer.isTrusted, !head.isRepeated(.xForwardedProto),
            let claimed = head.value(of: .xForwardedProto)
        {
            let value = head.bytes(of: claimed)
            if value.elementsEqual(Self.https) { return Self.https }
            if value.elementsEqual(Self.http) { return Self.http }
        }
        return listener.isSecure ? Self.https : Self.http
    }

    private static let http = Array("http".utf8)
    private static let https = Array("https".utf8)

    private func continuesTrace(_ head: RequestHead, _ trace: TraceContext) -> Bool {
        guard !head.isRepeated(.traceparent), let slice = head.value(of: .traceparent) else {
            return false
        }
        let sent = TraceContext(traceparent: head.bytes.span.extracting(slice.range))
        return sent?.traceHigh == trace.traceHigh && sent?.traceLow == trace.traceLow
    }
}
