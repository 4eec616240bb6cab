// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import HTTPWire
internal import NIOCore

extension ClientConnection {
    /// Sends on what has come of the body; false when there is nothing to do before more happens.
    func readBody() -> Bool {
        guard stage == .serving, body?.stage == .flowing, let upstream else { return false }
        guard upstream.isWritable else {
            pauseBody()
            return false
        }
        resumeBody()
        var at = 0
        let received = body?.received
        while true {
            let event: BodyEvent?
            do throws(ChunkFault) {
                event = try body?.decoder.next(in: input.readableBytesUInt8Span, at: &at)
            } catch {
                guard let reason = Reason(rawValue: error.kind.rawValue) else {
                    preconditionFailure(
                        "FaultsAreReasons: no reason is spelt \(error.kind.rawValue)")
                }
                end(
                    reason, detail: "after \(body?.received ?? 0) bytes of content", closes: true)
                return false
            }
            if let announced = body?.decoder.announced, announced > listener.limits.mostBodyBytes {
                end(.bodyTooLarge, detail: bodyLimit, closes: true)
                return false
            }
            switch event {
            case .data(let range):
                guard send(range, to: upstream) else {
                    end(.bodyTooLarge, detail: bodyLimit, closes: true)
                    return false
                }
            case .needsMore, nil:
                consume(at)
                if body?.received != received { pieceCame() }
                return false
            case .end:
                consume(at)
                bodyCame()
                return false
            }
        }
    }

    /// What a body that is too large has exceeded.
    var bodyLimit: String { "more than \(listener.limits.mostBodyBytes) bytes of content" }

    private func send(_ range: Range<Int>, to upstream: UpstreamConnection) -> Bool {
        guard
            var piece = input.getSlice(
                at: input.readerIndex + range.lowerBound, length: range.count)
        else { preconditionFailure("PiecesLieInside: a body's range is beyond its buffer") }
        body?.received += UInt64(range.count)
        guard let body, body.received <= listener.limits.mostBodyBytes else { return false }
        upstream.send(content: &piece, chunked: body.isChunked)
        return true
    }

    /// Begins to send the body on; the client is asked for it where it waits to be.
    func startBody() {
        guard let head, body?.stage == .held else {
            upstream?.endRequest(chunked: false)
            return
        }
        if head.expectsContinue, input.readableBytes == 0 {
            prepareOutput()
            output.writeBytes(ResponseWriter.continueLine)
            write()
        }
        let now = Moment.now
        body?.stage = .flowing
        body?.began = now
        body?.lastPiece = now
        // A service may wait for the whole body before it answers.
        deadlines.service = .never
        armBody()
    }

    private func bodyCame() {
        body?.stage = .complete
        deadlines.client = .never
        upstream?.endRequest(chunked: body?.isChunked == true)
        awaitAnswer()
    }

    /// From now on it is the service that is waited for.
    private func awaitAnswer() {
        guard let upstream, !relay.hasBegun else { return }
        deadlines.service = .now + upstream.target.headTimeout
    }

    private func pieceCame() {
        body?.lastPiece = .now
        armBody()
    }

    private func pauseBody() {
        guard body?.pausedSince == nil else { return }
        body?.pausedSince = .now
        deadlines.client = .never
        awaitAnswer()
    }

    private func resumeBody() {
        guard let since = body?.pausedSince else { return }
        let now = Moment.now
        body?.pausedNanoseconds += now.nanoseconds - since.nanoseconds
        body?.pausedSince = nil
        body?.lastPiece = now
        if !relay.hasBegun { deadlines.service = .never }
        armBody()
    }

    private func armBody() {
        deadlines.client =
            body?.deadline(
                pause: listener.bodyTimeout, leastRate: listener.limits.leastBodyRate) ?? .never
    }

    /// The body goes no further.
    func stopBody() {
        guard body?.stage == .flowing else { return }
        body?.stage = .held
        deadlines.client = .never
    }

    // MARK: Passing over

    /// Whether what is left of the body is little enough to be read for the next request's sake.
    var canPassOverBody: Bool {
        guard let stage = body?.stage else { return false }
        if stage == .complete { return true }
        guard head?.expectsContinue == false, let remaining = body?.remaining else { return false }
        return remaining <= Self.mostPassedOver
    }

    /// Content bytes read for nothing rather than giving up a connection.
    static let mostPassedOver: UInt64 = 65_536

    /// Passes over what has come of the body; true when the next head may follow.
    func discardBody() -> Bool {
        var at = 0
        while true {
            let event: BodyEvent?
            do throws(ChunkFault) {
                event = try body?.decoder.next(in: input.readableBytesUInt8Span, at: &at)
            } catch {
                closeGently()
                return false
            }
            switch event {
            case .data: continue
            case .needsMore:
                consume(at)
                return false
            case .end, nil:
                consume(at)
                body = nil
                awaitHead()
                return true
            }
        }
    }
}
