// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Whether the peer at the other end of the socket may say where a request came from.
package enum ForwardedTrust: Sendable {
    /// A client like any other: all its claims are left out.
    case stripAll
    /// A proxy that the configuration trusts: its `X-Forwarded-For` is kept and ours is appended to it.
    ///
    /// Its other claims are left out as well; what they say is added anew by the caller.
    case peerTrusted
}

extension RequestHead {
    /// Writes this request as it goes to the service: our bytes, made from what was understood.
    ///
    /// Method, canonical target, `HTTP/1.1`, `Host`, the client's fields in order without those that
    /// concern one hop, are nominated, claim an origin or identity, or share the name of an added one,
    /// exactly the framing field that `framing` asks for, and what is added.
    ///
    /// - Parameters:
    ///   - framing: how the body will be sent, usually ``framing``; `.untilClose` is for responses only.
    ///   - dropped: kinds of fields to leave out besides those that never pass.
    ///   - host: the value of `Host`, where the service is not to see the client's.
    ///   - added: with `.peerTrusted`, an `X-Forwarded-For` among them is written after the client's
    ///     values, in one field.
    package func append(
        toUpstream output: inout [UInt8], framing: BodyFraming, forwarded: ForwardedTrust,
        adding added: AddedFields, dropping dropped: KnownFieldSet, host: [UInt8]? = nil
    ) {
        precondition(framing != .untilClose, "RequestsAreFramed: a request cannot end by closing")
        output.reserveCapacity(output.count + bytes.count + added.bytes.count + 64)
        let head = bytes.span
        output.append(head, methodToken.range)
        output.append(Byte.space)
        output.append(head, target.range)
        output.append(" HTTP/1.1\r\nHost: ")
        if let host {
            output.append(contentsOf: host)
        } else {
            output.append(head, authority.range)
        }
        output.append("\r\n")
        HeadWriter.appendFields(
            section, of: head, to: &output, without: KnownFieldSet.notForwarded.union(dropped),
            replacedBy: added)
        HeadWriter.appendFraming(framing, to: &output)
        switch forwarded {
        case .peerTrusted where has(.xForwardedFor):
            appendJoined(added, to: &output)
        case .stripAll, .peerTrusted:
            HeadWriter.appendAdded(added, to: &output)
        }
        output.append("\r\n")
    }

    /// The same head, from which the field whose value starts at or before a place, and ends behind it, will not be
    /// written. Copies the list of fields.
    package func leavingOut(valueAt offset: Int) -> RequestHead {
        var copy = self
        for place in copy.section.fields.indices
        where copy.section.fields[place].value.range.contains(offset) {
            copy.section.fields[place].isNominated = true
        }
        return copy
    }

    /// Writes what is added, with the client's `X-Forwarded-For` values before ours.
    private func appendJoined(_ added: AddedFields, to output: inout [UInt8]) {
        let head = bytes.span
        output.append("X-Forwarded-For: ")
        var isFirst = true
        for field in section.fields where field.known == .xForwardedFor && !field.value.isEmpty {
            if !isFirst { output.append(", ") }
            isFirst = false
            output.append(head, field.value.range)
        }
        let own = added.bytes.span
        for entry in added.entries where entry.known == .xForwardedFor {
            if !isFirst { output.append(", ") }
            isFirst = false
            output.append(own, entry.value.range)
        }
        output.append("\r\n")
        for entry in added.entries where entry.known != .xForwardedFor {
            output.append(own, entry.line)
        }
    }
}
