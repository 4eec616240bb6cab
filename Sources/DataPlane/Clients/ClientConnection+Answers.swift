// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Exchanges
internal import HTTPWire
internal import NIOCore

/// Framing of answers, and what follows them.
extension ClientConnection {
    /// Writes an answer's head to where it is held.
    func begin(
        _ answer: ResponseHead, to head: RequestHead, framing: BodyFraming, closes: Bool,
        record: UniqueID, target: UpstreamTarget
    ) {
        answerFraming = framing
        prepareOutput()
        output.clear()
        lane.withBench { bench in
            bench.clear()
            bench.added.append(.countersignRecord, plain: { record.append(to: &$0) })
            if !answer.has(.date) { bench.added.put(.date, lane.dateText) }
            if let pseudonym = target.via {
                bench.added.put(.via, Via.value(answer, behind: pseudonym))
            }
            answer.append(
                toClient: &bench.text, framing: framing, connection: note(closes),
                adding: bench.added,
                rewriting: answer.hasPointer ? rewriting(head, target) : nil)
            output.writeBytes(bench.text)
        }
    }

    /// What keeps the client here where an answer points to the service.
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
        lane.withBench { bench in
            bench.clear()
            ChunkEncoder.appendSizeLine(piece.readableBytes, to: &bench.text)
            output.writeBytes(bench.text)
        }
        output.writeBuffer(&piece)
        output.writeBytes(ChunkEncoder.lineEnd)
    }

    /// Adds the end of the answer to what is held.
    func endAnswer() {
        prepareOutput()
        if answerFraming == .chunked { output.writeBytes(ChunkEncoder.end) }
    }

    /// Sends a refusal in the place of all that was held.
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
        lane.withBench { bench in
            bench.clear()
            addFields(of: refusal, to: &bench.added)
            ResponseWriter.append(
                to: &bench.text, status: refusal.rendered.status,
                framing: .length(UInt64(refusal.rendered.body.count)), connection: note(closes),
                adding: bench.added)
            output.writeBytes(bench.text)
        }
        if asked?.isHead != true { output.writeBytes(refusal.rendered.body) }
        write()
        access.conclude(closes: closes)
    }

    /// The access is over: makes ready for the next request, or for the end.
    ///
    /// - Parameter isComplete: whether nothing of the request's content is left.
    func concluded(_ head: RequestHead?, closes: Bool, isComplete: Bool) {
        if let head { parser.recycle(head) }
        deadline = .never
        guard phase != .closed else { return }
        if closes || lane.isForced || lane.isDraining {
            closeGently()
        } else if isComplete {
            awaitHead()
        } else {
            phase = .discarding
            deadline = lane.now + listener.bodyTimeout
        }
    }

    /// Not even our side is closed in order.
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
        added.put(.date, lane.dateText)
        added.put(.countersignRecord) { refusal.uid.append(to: &$0) }
        if let seconds = refusal.retryAfterSeconds {
            added.put(.retryAfter, Array("\(max(0, seconds))".utf8))
        }
        if refusal.rendered.status == 401 {
            // RFC 6750 §3.1: a token that was sent and is not good gets `invalid_token`.
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
    /// For clients that show a key only where Basic is asked for, such as git.
    private static let basic = Array("Basic realm=\"countersign\", charset=\"UTF-8\"".utf8)
}
