// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Access
internal import HTTPWire
internal import NIOCore
internal import Transport

/// Framing of answers, and what follows them.
extension ClientConnection {
    /// Writes an answer's head to what is held.
    func begin(
        _ answer: ResponseHead, to head: RequestHead, framing: BodyFraming, closes: Bool,
        record: UniqueID, target: UpstreamTarget
    ) {
        answerFraming = framing
        prepareOutput()
        output.clear()
        let pointers = answer.hasPointer ? answer.pointers(rewriting(head, target)) : nil
        let via = target.via.map { Via.value(answer, behind: $0) }
        let date = answer.has(.date) ? nil : http.dateText
        let note = note(closes)
        let added = AddedFields()
        output.write(
            atMost: answer.mostBytes(adding: added, pointers: pointers) + Self.mostLineBytes
                + (via?.count ?? 0)
        ) { output in
            answer.append(
                toClient: &output, framing: framing, connection: note, adding: added,
                dropping: via == nil ? [] : [.via], pointers: pointers
            ) { output in
                output.appendRecordLine(record)
                if let date { output.appendLine("Date: ", date) }
                if let via { output.appendLine("Via: ", via) }
            }
        }
    }

    /// The most that is added to an answer, apart from the value of `Via`.
    private static let mostLineBytes = 160

    /// Keeps the client here if an answer points to the service.
    private func rewriting(_ head: RequestHead, _ target: UpstreamTarget) -> PointerRewriting {
        let authority = head.bytes(of: head.authority)
        return PointerRewriting(
            service: target.origin, told: target.hostField.map { $0[...] } ?? authority,
            authority: authority, isClientSecure: isSecure(head))
    }

    /// What an answer says about the connection to the client.
    private func note(_ closes: Bool) -> ConnectionNote {
        if closes { return .close }
        return asked?.version == .http10 ? .keepAlive : .implied
    }

    /// Adds a piece of the answer's content to what is held.
    func add(_ piece: inout ByteBuffer) {
        prepareOutput()
        guard answerFraming == .chunked else {
            output.writeBuffer(&piece)
            return
        }
        let count = piece.readableBytes
        output.write(atMost: ChunkEncoder.longestSizeLine) {
            ChunkEncoder.appendSizeLine(count, to: &$0)
        }
        output.writeBuffer(&piece)
        output.writeBytes(ChunkEncoder.lineEnd)
    }

    /// Adds the end of the answer to what is held.
    func endAnswer() {
        prepareOutput()
        if answerFraming == .chunked { output.writeBytes(ChunkEncoder.end) }
    }

    /// Sends a refusal instead of all that was held.
    func send(_ refusal: AccessRefusal) {
        guard phase != .closed, !cannotAnswer else {
            access.conclude(closes: true)
            closeAtOnce()
            return
        }
        let closes =
            refusal.closes || lane.isDraining || asked?.keepsAlive != true
            || !access.relay.canDiscardContent
        prepareOutput()
        output.clear()
        var added = AddedFields()
        addFields(of: refusal, to: &added)
        var text: [UInt8] = []
        ResponseWriter.append(
            to: &text, status: refusal.rendered.status,
            framing: .length(UInt64(refusal.rendered.body.count)), connection: note(closes),
            adding: added)
        output.writeBytes(text)
        if asked?.isHead != true { output.writeBytes(refusal.rendered.body) }
        write()
        access.conclude(closes: closes)
    }

    /// The access is over: prepares for the next request, or for the end.
    ///
    /// - Parameter isComplete: whether nothing of the request's content is left.
    func concluded(_ head: consuming RequestHead?, closes: Bool, isComplete: Bool) {
        if let head = consume head { parser.recycle(head) }
        deadline = .never
        guard phase != .closed else { return }
        if closes || lane.isForced || lane.isDraining {
            closeGently()
        } else if isComplete {
            awaitHead()
        } else {
            phase = .discarding
            deadline = lane.now + terms.bodyTimeout
        }
    }

    /// Closes without even ending our side cleanly.
    func abort(resets: Bool) {
        if resets { resetOnClose() }
        if phase != .closed { phase = .lingering }
    }

    /// A TLS client that was turned away before its handshake understands no answer.
    private var cannotAnswer: Bool { listener.isSecure && tls == nil }

    private func addFields(of refusal: AccessRefusal, to added: inout AddedFields) {
        added.put(.contentType, Self.problemType)
        added.put(.cacheControl, Self.noStore)
        added.put(.contentTypeOptions, Self.noSniff)
        added.put(.date, http.dateText)
        added.put(.countersignRecord) { refusal.uid.append(to: &$0) }
        if let seconds = refusal.retryAfterSeconds {
            added.put(.retryAfter, Array("\(max(0, seconds))".utf8))
        }
        if refusal.rendered.status == 401 {
            // RFC 6750 §3.1: a token that was sent but is not valid gets `invalid_token`.
            added.put(
                .wwwAuthenticate,
                refusal.reason == .noCredentials ? Self.bearer : Self.invalidToken)
            if refusal.offersBasic { added.put(.wwwAuthenticate, Self.basic) }
        }
        if let allowed = refusal.allowed {
            added.put(.allow, Array(allowed.map(\.token).joined(separator: ", ").utf8))
        }
    }

    private static let problemType = Array("application/problem+json".utf8)
    private static let noStore = Array("no-store".utf8)
    private static let noSniff = Array("nosniff".utf8)
    private static let bearer = Array("Bearer realm=\"countersign\"".utf8)
    private static let invalidToken =
        Array("Bearer realm=\"countersign\", error=\"invalid_token\"".utf8)
    /// For clients that show a key only if asked for Basic, such as git.
    private static let basic = Array("Basic realm=\"countersign\", charset=\"UTF-8\"".utf8)
}

extension OutputSpan where Element == UInt8 {
    /// Appends a field unchanged.
    fileprivate mutating func appendLine(_ start: StaticString, _ value: [UInt8]) {
        append(start)
        append(value.span)
        append("\r\n")
    }
}
