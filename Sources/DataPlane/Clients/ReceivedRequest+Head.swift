// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Exchanges
internal import HTTPWire
internal import Identity

extension ReceivedRequest {
    /// What an exchange wants to know of a head; its buffer is shared, not copied.
    init(_ head: RequestHead) {
        var credentials = CredentialFields()
        var userAgent: Range<Int>?
        var trace: TraceContext?
        let bytes = head.bytes.span
        for field in head.fields {
            let value = field.value.range
            switch field.known {
            case .authorization:
                credentials.addAuthorization(bytes.extracting(value), at: value.lowerBound)
            case .xAPIKey: credentials.addAPIKey(bytes.extracting(value), at: value.lowerBound)
            case .userAgent: if userAgent == nil { userAgent = value }
            case .traceparent:
                if !head.isRepeated(.traceparent) {
                    trace = TraceContext(traceparent: bytes.extracting(value))
                }
            default: continue
            }
        }
        self.init(
            head: head.bytes, host: head.host.range, path: head.path.range,
            query: head.query?.range, userAgent: userAgent, method: Method(head),
            version: HTTPFacts.Version(head.version), credential: credentials.credential,
            trace: trace, traits: Traits(head))
    }
}

extension ReceivedRequest.Traits {
    fileprivate init(_ head: RequestHead) {
        self.init(
            hasOtherReadings: head.pathTraits.contains(.otherReadings),
            hasEncodedSlash: head.pathTraits.contains(.encodedSlash),
            asksUpgrade: head.asksWebSocket, overrides: head.methodOverrides.map { Method($0) })
    }
}

extension Method {
    fileprivate init(_ head: RequestHead) {
        self =
            switch head.method {
            case .get: .get
            case .head: .head
            case .post: .post
            case .put: .put
            case .patch: .patch
            case .delete: .delete
            case .options: .options
            case .other: .other(head.string(of: head.methodToken))
            }
    }
}

extension HTTPFacts.Version {
    init(_ version: HTTPVersion) {
        self =
            switch version {
            case .http10: .http10
            case .http11: .http11
            }
    }
}
