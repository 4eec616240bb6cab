// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import Access
internal import HTTPWire
internal import NIOCore
internal import Transport

extension ClientConnection {
    /// Passes on what has come of the content; false if there is nothing to do until more happens.
    func readContent() -> Bool {
        guard access.takesContent() else { return false }
        // A span of a property would prevent writing to the property.
        let input = input
        var at = 0
        var hasCome = false
        while true {
            let event: BodyEvent?
            do throws(ChunkFault) {
                event = try decoder?.next(in: input.readableBytesUInt8Span, at: &at)
            } catch {
                access.contentFailed(Reason(error.kind))
                return false
            }
            if let announced = decoder?.announced, !access.contentAnnounced(announced) {
                return false
            }
            switch event {
            case .data(let range):
                hasCome = true
                guard
                    var piece = input.getSlice(
                        at: input.readerIndex + range.lowerBound, length: range.count)
                else { preconditionFailure("PiecesLieInside: a body's range is beyond its buffer") }
                guard access.contentCame(&piece) else { return false }
            case .needsMore, nil:
                consume(at)
                if hasCome { access.contentPaused() }
                return false
            case .end:
                consume(at)
                access.contentEnded()
                return false
            }
        }
    }

    /// Tells a waiting client to send its content.
    func askContent() {
        guard input.readableBytes == 0 else { return }
        prepareOutput()
        output.writeBytes(ResponseWriter.continueLine)
        write()
    }

    /// Discards what has come of the content; true if the next head may follow.
    func discardContent() -> Bool {
        let input = input
        var at = 0
        while true {
            let event: BodyEvent?
            do throws(ChunkFault) {
                event = try decoder?.next(in: input.readableBytesUInt8Span, at: &at)
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
                awaitHead()
                return true
            }
        }
    }

    /// The next request may come.
    func awaitHead() {
        decoder = nil
        phase = .awaitingHead
        deadline = lane.now + terms.idleTimeout
    }
}
