// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Exchanges
internal import HTTPWire

/// What services are told about all requests of one actor on a connection: written once, then copied.
struct StandingFields {
    /// Kept, so that no other actor can come to stand at its address.
    let actor: Actor
    let fields: AddedFields
}

extension ClientConnection {
    /// Adds what a service is told about a request.
    func addForwardedFields(
        _ recorded: RecordedRequest, _ head: RequestHead, to added: inout AddedFields
    ) {
        addStandingFields(recorded.actor, head, to: &added)
        let authority = head.authority.range
        if !authority.isEmpty {
            added.put(.xForwardedHost) { $0.append(contentsOf: head.bytes[authority]) }
        }
        added.append(.traceparent, plain: { recorded.trace.appendTraceparent(to: &$0) })
        added.append(.countersignRecord, plain: { recorded.uid.append(to: &$0) })
    }

    private func addStandingFields(
        _ actor: Actor, _ head: RequestHead, to added: inout AddedFields
    ) {
        if let told, told.actor === actor {
            added.append(told.fields)
            return
        }
        added.put(.xForwardedFor, peer.text)
        added.put(.xForwardedProto, protocolName(head))
        let principal = actor.principal
        added.put(.subject) { ForwardedFieldText.append(principal.uid, to: &$0) }
        added.put(.roles) { value in
            var isFirst = true
            for role in principal.roles {
                if !isFirst { value.append(UInt8(ascii: ",")) }
                isFirst = false
                ForwardedFieldText.append(role, to: &value)
            }
        }
        if let issuer = principal.issuer {
            added.put(.issuer) { ForwardedFieldText.append(issuer, to: &$0) }
        }
        // A trusted proxy may name another scheme in the next request.
        if !peer.isTrusted { told = StandingFields(actor: actor, fields: added) }
    }

    private func protocolName(_ head: RequestHead) -> [UInt8] {
        isSecure(head) ? Self.https : Self.http
    }

    /// Whether the client speaks `https`: with us, or with the trusted proxy that says so.
    func isSecure(_ head: RequestHead) -> Bool {
        if peer.isTrusted, !head.isRepeated(.xForwardedProto),
            let claimed = head.value(of: .xForwardedProto)
        {
            let value = head.bytes(of: claimed)
            if value.elementsEqual(Self.https) { return true }
            if value.elementsEqual(Self.http) { return false }
        }
        return listener.isSecure
    }

    private static let http = Array("http".utf8)
    private static let https = Array("https".utf8)
}
