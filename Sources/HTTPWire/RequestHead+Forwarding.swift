// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Whether the peer at the other end of the socket may say where a request came from.
package enum ForwardedTrust: Sendable {
    /// An ordinary client: all its claims are left out.
    case stripAll
    /// A proxy that the configuration trusts: its `X-Forwarded-For` is kept and ours is appended to it.
    ///
    /// Its other claims are left out as well; the caller adds what they say anew.
    case peerTrusted
}

extension RequestHead {
    /// Writes this request as it goes to the service: our own bytes, made from what was understood.
    ///
    /// Method, canonical target, `HTTP/1.1`, `Host`, the client's fields in order except those that
    /// concern one hop, are nominated, claim an origin or identity, or share the name of an added
    /// one, exactly the framing field that `framing` asks for, and what is added.
    ///
    /// - Parameters:
    ///   - output: has room for ``mostBytes(adding:host:)`` and what `last` writes.
    ///   - framing: how the body will be sent, usually ``framing``; `.untilClose` is for responses only.
    ///   - added: with `.peerTrusted`, an `X-Forwarded-For` among them is written after the client's
    ///     values, in one field.
    ///   - dropped: kinds of fields to leave out besides those that never pass.
    ///   - host: the value of `Host`, if the service is not to see the client's.
    ///   - last: writes further lines, each of a kind that never passes or is dropped.
    package func append(
        toUpstream output: inout OutputSpan<UInt8>, framing: BodyFraming,
        forwarded: ForwardedTrust, adding added: AddedFields, dropping dropped: KnownFieldSet,
        host: [UInt8]?, last: (inout OutputSpan<UInt8>) -> Void
    ) {
        precondition(framing != .untilClose, "RequestsAreFramed: a request cannot end by closing")
        let bytes = bytes
        let head = bytes.span
        let start = host == nil ? writtenStart(head) : 0..<0
        if start.isEmpty { appendStart(head, host, to: &output) }
        HeadWriter.appendFields(
            section, of: head, after: start, to: &output,
            without: KnownFieldSet.notForwarded.union(dropped), replacedBy: added)
        HeadWriter.appendFraming(framing, to: &output)
        switch forwarded {
        case .peerTrusted where has(.xForwardedFor):
            appendJoined(added, head, to: &output)
        case .stripAll, .peerTrusted:
            HeadWriter.appendAdded(added, to: &output)
        }
        last(&output)
        output.append("\r\n")
    }

    private func appendStart(
        _ head: Span<UInt8>, _ host: [UInt8]?, to output: inout OutputSpan<UInt8>
    ) {
        output.append(head, methodToken.range)
        output.append(Byte.space)
        output.append(head, target.range)
        output.append(" HTTP/1.1\r\nHost: ")
        if let host {
            output.append(host.span)
        } else {
            output.append(head, authority.range)
        }
        output.append("\r\n")
    }

    /// The request line and the `Host` after it, if they are there in our own form; else an empty
    /// range.
    private func writtenStart(_ head: Span<UInt8>) -> Range<Int> {
        guard let field = section.fields.first, field.known == .host, field.isTight,
            field.value == authority, target.range.lowerBound == methodToken.range.upperBound + 1,
            field.name.range.lowerBound == target.range.upperBound + 11,
            head[target.range.upperBound] == Byte.space,
            // `HTTP/1.1` and `Host: `, the first byte lowest.
            head.word(at: target.range.upperBound + 1) == 0x312E_312F_5054_5448,
            head.word(at: field.name.range.lowerBound) & 0xFFFF_FFFF_FFFF == 0x203A_7473_6F48
        else { return 0..<0 }
        return methodToken.range.lowerBound..<field.line.upperBound
    }

    /// An upper bound for what is written of this head.
    ///
    /// Each of its bytes is written at most once; a rewritten line grows by at most two bytes, and
    /// so does a value joined with another.
    package func mostBytes(adding added: AddedFields, host: [UInt8]?) -> Int {
        bytes.count + added.bytes.count + (host?.count ?? 0) + 4 * section.fields.count + 128
    }

    /// Writes this request after other bytes.
    package func append(
        toUpstream output: inout [UInt8], framing: BodyFraming, forwarded: ForwardedTrust,
        adding added: AddedFields, dropping dropped: KnownFieldSet, host: [UInt8]? = nil
    ) {
        output.append(atMost: mostBytes(adding: added, host: host)) { output in
            append(
                toUpstream: &output, framing: framing, forwarded: forwarded, adding: added,
                dropping: dropped, host: host, last: { _ in })
        }
    }

    /// The same head without the field whose value contains an offset. Copies the field list.
    package func leavingOut(valueAt offset: Int) -> RequestHead {
        let copy = copy()
        for place in copy.section.fields.indices
        where copy.section.fields[place].value.range.contains(offset) {
            copy.section.fields[place].isNominated = true
        }
        return copy
    }

    /// Writes what is added, with the client's `X-Forwarded-For` values before ours.
    private func appendJoined(
        _ added: AddedFields, _ head: Span<UInt8>, to output: inout OutputSpan<UInt8>
    ) {
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
