// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Access
internal import HTTPWire
internal import Transport

extension ClientConnection {
    /// What a service is told about an actor's requests.
    func toldFields(_ actor: KnownActor, _ head: RequestHead) -> ToldFields {
        let bytes = head.bytes
        let authority = bytes.span.extracting(head.authority.range)
        // A trusted proxy may name a different scheme in the next request.
        if !peer.isTrusted, let told, told.isFor(actor, authority) { return told }
        let made = ToldFields(
            actor: actor, authority: Array(bytes[head.authority.range]),
            fields: standingFields(actor, head))
        told = made
        return made
    }

    private func standingFields(_ actor: KnownActor, _ head: RequestHead) -> AddedFields {
        var added = AddedFields()
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
        let authority = head.authority.range
        if !authority.isEmpty {
            added.put(.xForwardedHost) { $0.append(contentsOf: head.bytes[authority]) }
        }
        return added
    }

    private func protocolName(_ head: RequestHead) -> [UInt8] {
        isSecure(head) ? Self.https : Self.http
    }

    /// Whether the client speaks `https`, to us or to a trusted proxy that says so.
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
