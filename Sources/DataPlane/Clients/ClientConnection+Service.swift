// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Exchanges
internal import HTTPWire
internal import Identity
internal import NIOCore

/// What a service's connection tells.
extension ClientConnection {
    /// A connection is there for the request under way.
    func serviceConnected(_ connection: UpstreamConnection, _ recorded: RecordedRequest) {
        guard let head, let framing = body?.framing else {
            preconditionFailure("ForwardsWhatItHas: no request is under way")
        }
        upstream = connection
        lane.withBench { bench in
            bench.clear()
            addForwardedFields(recorded, head, to: &bench.added)
            write(
                head, framing: framing, of: recorded, to: connection.target, &bench)
            connection.send(head: bench.text, method: head.method)
        }
        deadlines.service = .now + connection.target.headTimeout
        startBody()
        if isAdvancing { _ = readBody() } else { advance() }
        connection.flush()
        if !isAdvancing { afterEvent() }
    }

    /// Writes the head without the credential that identified the caller: a service that got it could act as the
    /// client elsewhere, and its logs would hold it. Every other credential is the service's own.
    private func write(
        _ head: RequestHead, framing: BodyFraming, of recorded: RecordedRequest,
        to target: UpstreamTarget, _ bench: inout Workbench
    ) {
        var dropping = KnownFieldSet()
        if dropsTraceState(head, recorded.trace) { dropping.insert(.tracestate) }
        var named: Int?
        if let credential = recorded.credential, !target.configuration.forwardsCredentials {
            switch credential.place {
            case .authorization: dropping.insert(.authorization)
            case .xAPIKey: dropping.insert(.xAPIKey)
            case .named: named = credential.range.lowerBound
            }
        }
        guard named == nil, !target.choosesFields else {
            let chosen = chosen(head, leavingOut: named, for: target, &bench)
            append(chosen, framing: framing, to: target, dropping: dropping, &bench)
            return
        }
        append(head, framing: framing, to: target, dropping: dropping, &bench)
    }

    @inline(__always)
    private func append(
        _ head: RequestHead, framing: BodyFraming, to target: UpstreamTarget,
        dropping: KnownFieldSet, _ bench: inout Workbench
    ) {
        head.append(
            toUpstream: &bench.text, framing: framing,
            forwarded: peer.isTrusted ? .peerTrusted : .stripAll, adding: bench.added,
            dropping: dropping,
            host: target.hostField ?? (head.authority.isEmpty ? target.ownHost : nil))
    }

    /// The head for a service that gets other fields than the usual, or without a credential in a field of its own.
    private func chosen(
        _ head: RequestHead, leavingOut offset: Int?, for target: UpstreamTarget,
        _ bench: inout Workbench
    ) -> RequestHead {
        var head = head
        if let offset { head = head.leavingOut(valueAt: offset) }
        if let choice = target.fieldChoice { head = head.applying(choice) }
        if let pseudonym = target.via {
            bench.added.put(.via, Via.value(head, behind: pseudonym))
        }
        return head
    }

    /// The head of the answer has come.
    func serviceAnswered(_ answer: ResponseHead) {
        guard let exchange, let head, let recorded, let upstream else {
            preconditionFailure("AnswersAreAsked: no request is under way")
        }
        exchange.serviceAnswered(status: answer.status)
        let framing = answer.framing(for: head.version)
        let closes =
            !head.keepsAlive || framing == .untilClose || lane.isDraining || !canPassOverBody
        let mayBeEvents =
            switch framing {
            case .none, .length: false
            case .chunked, .untilClose: true
            }
        relay.begin(
            framing, isEventStream: mayBeEvents && answer.isEventStream, closes: closes)
        prepareOutput()
        output.clear()
        lane.withBench { bench in
            bench.clear()
            bench.added.append(.countersignRecord, plain: { recorded.uid.append(to: &$0) })
            if !answer.has(.date) { bench.added.put(.date, lane.dateText) }
            if let pseudonym = upstream.target.via {
                bench.added.put(.via, Via.value(answer, behind: pseudonym))
            }
            answer.append(
                toClient: &bench.text, framing: framing, connection: note(head, closes),
                adding: bench.added,
                rewriting: answer.hasPointer ? rewriting(head, upstream.target) : nil)
            output.writeBytes(bench.text)
        }
        let now = Moment.now
        awaitPiece(of: upstream.target, now: now)
        deadlines.hold = now + lane.longestHolding
    }

    /// The service works on: it has sent an interim answer.
    func serviceIsAtWork() {
        guard let upstream, !relay.hasBegun, deadlines.service != .never else { return }
        deadlines.service = .now + upstream.target.headTimeout
    }

    /// How long the next piece of the answer's body may be in coming.
    func awaitPiece(of target: UpstreamTarget, now: Moment) {
        guard relay.isEventStream else {
            deadlines.service = now + target.bodyTimeout
            return
        }
        deadlines.service = target.eventStreamTimeout.map { now + $0 } ?? .never
    }

    /// What keeps the client here where an answer points to the service.
    private func rewriting(_ head: RequestHead, _ target: UpstreamTarget) -> PointerRewriting {
        let authority = head.bytes(of: head.authority)
        return PointerRewriting(
            service: target.origin, told: target.hostField.map { $0[...] } ?? authority,
            authority: authority, isClientSecure: isSecure(head))
    }

    /// What an answer says about the connection to the client.
    func note(_ head: RequestHead?, _ closes: Bool) -> ConnectionNote {
        if closes { return .close }
        return head?.version == .http10 ? .keepAlive : .implied
    }

    /// A piece of the answer's body has come.
    func serviceSent(_ piece: inout ByteBuffer) {
        prepareOutput()
        relay.contentBytes += UInt64(piece.readableBytes)
        guard relay.framing == .chunked else {
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

    /// All that was there has been told.
    func serviceReadCompleted() {
        guard stage == .serving, relay.hasBegun, let upstream else { return }
        awaitPiece(of: upstream.target, now: .now)
        if relay.isReleased {
            write()
        } else if output.readableBytes > lane.mostHeldBytes {
            askRelease()
        }
        afterEvent()
    }

    /// The answer gets too large or too slow to be held to its end.
    func askRelease() {
        deadlines.hold = .never
        guard stage == .serving, !relay.hasAskedRelease, let exchange else { return }
        relay.hasAskedRelease = true
        // While it waits for its record, it is not the service that is slow.
        if output.readableBytes > lane.mostHeldBytes { deadlines.service = .never }
        perform(exchange.holdsTooMuch())
    }

    /// Whether more of the answer can be taken now.
    var wantsAnswer: Bool {
        guard relay.hasBegun else { return true }
        guard relay.isReleased else { return output.readableBytes <= lane.mostHeldBytes }
        return isWritable && context != nil
    }

    /// The answer is complete; its end is held until the record says so.
    func serviceEnded() {
        upstream = nil
        stopBody()
        deadlines.service = .never
        deadlines.hold = .never
        guard stage == .serving, let exchange else { return }
        prepareOutput()
        if relay.framing == .chunked { output.writeBytes(ChunkEncoder.end) }
        stage = .ending
        perform(
            exchange.serviceFinished(
                requestSize: body?.received ?? 0, responseSize: relay.contentBytes))
        afterEvent()
    }

    /// The service has failed the request.
    func serviceFailed(_ failure: UpstreamFailure) {
        let wasStale =
            upstream.map { $0.isReused && !$0.hasAnswered } ?? false
        upstream = nil
        if failure.reason == .upstreamClosed, wasStale, mayTryAgain, let table, let recorded {
            connect(recorded, through: table[recorded.service], reuse: false)
        } else {
            lane.counters.upstreamFailures.count()
            end(
                failure.reason, detail: failure.detail, detailForClient: failure.detailForClient,
                closes: false)
        }
        afterEvent()
    }

    /// Whether sending the request twice does no harm and nothing of it is gone.
    private var mayTryAgain: Bool {
        guard stage == .serving, let head, let body, body.received == 0, body.stage != .flowing,
            !head.asksForAnotherMethod
        else { return false }
        return switch head.method {
        case .get, .head, .options, .put, .delete: true
        case .post, .patch, .other: false
        }
    }

    /// The service takes more of the body.
    func serviceTakesMore() { afterEvent() }
}
