// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Access
internal import HTTPWire
internal import NIOCore
internal import Transport

/// Where an access comes from. One case for each protocol, so that calls are direct; next will be
/// an HTTP/2 stream.
enum ClientSide {
    case http1(ClientConnection)
    /// Closed, with nothing left to report to.
    case gone

    /// Writes a refusal instead of all that was held, and concludes the access.
    func send(_ refusal: AccessRefusal, of access: RelayedAccess) {
        switch self {
        case .http1(let connection): connection.send(refusal)
        case .gone: access.conclude(closes: true)
        }
    }

    /// Begins to hold an answer: writes its head.
    func begin(
        _ answer: ResponseHead, to head: RequestHead, framing: BodyFraming, closes: Bool,
        record: UniqueID, target: UpstreamTarget
    ) {
        guard case .http1(let connection) = self else { return }
        connection.begin(
            answer, to: head, framing: framing, closes: closes, record: record, target: target)
    }

    /// Adds a piece of an answer's content to what is held.
    func add(_ piece: inout ByteBuffer) {
        guard case .http1(let connection) = self else { return }
        connection.add(&piece)
    }

    /// Adds the end of an answer to what is held.
    func endAnswer() {
        guard case .http1(let connection) = self else { return }
        connection.endAnswer()
    }

    /// Discards what is held.
    func discardAnswer() {
        guard case .http1(let connection) = self else { return }
        connection.prepareOutput()
        connection.freeOutput()
    }

    /// Queues what is held.
    func write() {
        guard case .http1(let connection) = self else { return }
        connection.write()
    }

    /// Sends what is held.
    func writeNow() {
        guard case .http1(let connection) = self else { return }
        connection.write()
        connection.flush()
    }

    /// Closes the client's connection.
    func closeAtOnce() {
        guard case .http1(let connection) = self else { return }
        connection.closeAtOnce()
    }

    /// Says nothing more to the client, not even that this is the end.
    func abort(resets: Bool) {
        guard case .http1(let connection) = self else { return }
        connection.abort(resets: resets)
    }

    /// Tells the client to send its content.
    func askContent() {
        guard case .http1(let connection) = self else { return }
        connection.askContent()
    }

    /// Passes on what has come of the content.
    func sendContent() {
        guard case .http1(let connection) = self else { return }
        connection.advance()
    }

    /// The access is over.
    func concluded(_ head: consuming RequestHead?, closes: Bool, isComplete: Bool) {
        guard case .http1(let connection) = self else { return }
        connection.concluded(head, closes: closes, isComplete: isComplete)
    }

    /// Does what is due after any event.
    func afterEvent() {
        guard case .http1(let connection) = self else { return }
        connection.afterEvent()
    }

    /// Bytes of the answer that have not left.
    var heldBytes: Int {
        guard case .http1(let connection) = self else { return 0 }
        return connection.output.readableBytes
    }

    /// Whether its connection takes more.
    var takesMore: Bool {
        guard case .http1(let connection) = self else { return false }
        return connection.takesMore
    }

    /// What a service is told about a request.
    func toldFields(_ actor: KnownActor, _ head: RequestHead) -> ToldFields {
        guard case .http1(let connection) = self else {
            return ToldFields(actor: actor, authority: [], fields: AddedFields())
        }
        return connection.toldFields(actor, head)
    }

    /// Whether the peer may say where requests came from.
    var trust: ForwardedTrust {
        guard case .http1(let connection) = self else { return .stripAll }
        return connection.peer.isTrusted ? .peerTrusted : .stripAll
    }
}

/// Where an access goes. One case for each protocol: next will be an HTTP/2 stream and a tunnel.
enum ServiceSide {
    case http1(UpstreamConnection)

    var target: UpstreamTarget {
        switch self {
        case .http1(let connection): connection.target
        }
    }

    /// Queues a request's head.
    func send(_ head: RequestHead, of recorded: RecordedRequest, from client: ClientSide) {
        switch self {
        case .http1(let connection): connection.send(head, of: recorded, from: client)
        }
    }

    /// Queues a piece of the request's content.
    func send(content: inout ByteBuffer) {
        switch self {
        case .http1(let connection): connection.send(content: &content)
        }
    }

    /// The request is complete.
    func endContent() {
        switch self {
        case .http1(let connection): connection.endContent()
        }
    }

    /// Sends what is queued.
    func flush() {
        switch self {
        case .http1(let connection): connection.flush()
        }
    }

    /// Whether it takes what is sent.
    var isWritable: Bool {
        switch self {
        case .http1(let connection): connection.isWritable
        }
    }

    /// Requests the next read if somebody wants it.
    func readMore() {
        switch self {
        case .http1(let connection): connection.readMore()
        }
    }

    /// Nobody needs the answer.
    func abandon() {
        switch self {
        case .http1(let connection): connection.abandon()
        }
    }
}
