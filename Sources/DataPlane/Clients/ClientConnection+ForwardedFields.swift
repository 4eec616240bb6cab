// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Exchanges
internal import HTTPWire

/// What services are told about requests of one actor for one host on a connection: all but the last two fields are
/// written once.
struct StandingFields {
    /// Kept, so that no other actor can come to stand at its address.
    let actor: KnownActor
    let authority: [UInt8]
    var fields: AddedFields
    /// How many of the fields are the same for each request.
    let count: Int

    func isFor(_ actor: KnownActor, _ authority: Span<UInt8>) -> Bool {
        self.actor === actor && authority.isEqual(self.authority.span)
    }
}

extension StandingFields {
    /// Puts the fields of another request in the place of those of the last one.
    fileprivate mutating func renew(_ recorded: RecordedRequest) {
        fields.removeAll(butFirst: count)
        fields.append(.traceparent, plain: { recorded.trace.appendTraceparent(to: &$0) })
        fields.append(.countersignRecord, plain: { recorded.uid.append(to: &$0) })
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for place in indices where self[place] != other[place] { return false }
        return true
    }
}

extension ClientConnection {
    /// What a service is told about a request.
    func forwardedFields(_ recorded: RecordedRequest, _ head: RequestHead) -> AddedFields {
        let authority = head.bytes.span.extracting(head.authority.range)
        // A trusted proxy may name another scheme in the next request.
        if peer.isTrusted || told?.isFor(recorded.actor, authority) != true {
            let fields = standingFields(recorded.actor, head)
            told = StandingFields(
                actor: recorded.actor, authority: Array(head.bytes(of: head.authority)),
                fields: fields, count: fields.count)
        }
        told?.renew(recorded)
        return told?.fields ?? AddedFields()
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
