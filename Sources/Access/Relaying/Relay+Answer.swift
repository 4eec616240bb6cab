// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Events from the service, and timeouts.
extension Relay {
    /// What an answer's head says about how to relay it.
    package struct AnswerTerms: Hashable, Sendable {
        /// Whether it is a stream of events, which may be silent.
        package var isEventStream: Bool
        /// Whether the client's connection ends with it, for reasons other than leftover content.
        package var closes: Bool

        package init(isEventStream: Bool, closes: Bool) {
            self.isEventStream = isEventStream
            self.closes = closes
        }
    }

    /// A connection to the service is there.
    package mutating func connected(now: Moment) -> Actions {
        precondition(phase == .connecting, "OneRequestAtATime: a connection came unasked for")
        phase = .serving
        guard content == .held else {
            serviceDeadline = now + patience.head
            return [.sendHead, .endContent]
        }
        content = .flowing
        pace = ContentPace(began: now)
        // A service may wait for all of the content before it answers.
        serviceDeadline = .never
        armContent()
        return terms.expectsContinue
            ? [.sendHead, .askContent, .sendContent] : [.sendHead, .sendContent]
    }

    /// From now on the service is waited for.
    mutating func awaitAnswer(now: Moment) {
        guard !isAnswered else { return }
        serviceDeadline = now + patience.head
    }

    /// The service is still working: it has sent an interim answer.
    package mutating func serviceIsAtWork(now: Moment) {
        guard phase == .serving, !isAnswered, serviceDeadline != .never else { return }
        serviceDeadline = now + patience.head
    }

    /// The head of the answer has come.
    package mutating func answered(_ answer: AnswerTerms, now: Moment) {
        isAnswered = true
        isEventStream = answer.isEventStream
        closes = answer.closes || !canDiscardContent
        awaitPiece(now: now)
        holdDeadline = now + limits.holding
    }

    /// How long the next piece of the answer may take.
    private mutating func awaitPiece(now: Moment) {
        guard isEventStream else {
            serviceDeadline = now + patience.body
            return
        }
        serviceDeadline = patience.eventStream.map { now + $0 } ?? .never
    }

    /// A piece of the answer's content came and is held, or leaves with the next write.
    package mutating func answerCame(_ count: Int) { answerBytes += UInt64(count) }

    /// All of the answer that was there has been passed on.
    ///
    /// - Parameter held: bytes of it that have not left.
    package mutating func answerPaused(held: Int, now: Moment) -> Actions {
        guard phase == .serving, isAnswered else { return [] }
        // What waits for its record does not wait for the service.
        if isReleased || !hasAskedRelease || serviceDeadline != .never { awaitPiece(now: now) }
        if isReleased { return .sendAnswer }
        return held > limits.heldBytes ? askRelease(isTooLarge: true) : []
    }

    /// The answer is too large or too slow to be held to its end.
    private mutating func askRelease(isTooLarge: Bool) -> Actions {
        holdDeadline = .never
        guard phase == .serving, !hasAskedRelease else { return [] }
        hasAskedRelease = true
        // While it waits for its record, the service is not to blame.
        if isTooLarge { serviceDeadline = .never }
        return .askRelease
    }

    /// The exchange lets bytes leave before the end.
    package mutating func released(now: Moment) -> Actions {
        isReleased = true
        holdDeadline = .never
        awaitPiece(now: now)
        return [.sendAnswer, .readService]
    }

    /// Whether more of the answer can be accepted now.
    ///
    /// - Parameters:
    ///   - held: bytes of it that have not left.
    ///   - clientTakesMore: whether the client's connection accepts more.
    package func wantsAnswer(held: Int, clientTakesMore: Bool) -> Bool {
        guard isAnswered else { return true }
        return isReleased ? clientTakesMore : held <= limits.heldBytes
    }

    /// The answer is complete; its end is held until the record says so.
    package mutating func answerEnded() -> Actions {
        stopContent()
        serviceDeadline = .never
        holdDeadline = .never
        guard phase == .serving else { return [] }
        phase = .ending
        return [.endAnswer, .finish]
    }

    /// The service, or the way to it, has failed.
    ///
    /// - Parameter wasUsed: whether the connection had served before and closed without a byte of
    ///   an answer: it may have been closed as idle before the request came.
    package mutating func serviceFailed(
        _ reason: Reason, _ detail: String, forClient: String, wasUsed: Bool, now: Moment
    ) -> Actions {
        if wasUsed, mayTryAgain { return open(reuse: false, now: now) }
        return end(reason, detail, forClient: forClient, closes: false)
    }

    /// Whether sending the request twice does no harm and all of it is still there.
    private var mayTryAgain: Bool {
        phase == .serving && terms.isRepeatable && contentBytes == 0 && content != .flowing
    }

    // MARK: The client's reading

    /// The client does not take more: now it alone is waited for.
    package mutating func clientBlocked() { if isAnswered { serviceDeadline = .never } }

    /// The client takes more again.
    package mutating func clientTakesMore(now: Moment) -> Actions {
        guard phase == .serving else { return [] }
        // An answer that waits for its record does not wait for the service.
        if isAnswered, isReleased || !hasAskedRelease { awaitPiece(now: now) }
        return .readService
    }

    // MARK: Time

    /// The time is up for whatever was due by now.
    ///
    /// - Parameter held: bytes of the answer that have not left.
    package mutating func deadlineReached(held: Int, now: Moment) -> Actions {
        var actions: Actions = []
        if holdDeadline <= now {
            actions = askRelease(isTooLarge: held > limits.heldBytes)
        }
        if serviceDeadline <= now {
            serviceDeadline = .never
            let failed = end(.upstreamTimeout, silence, closes: false)
            if !failed.isEmpty { return failed }
        }
        if contentDeadline <= now {
            contentDeadline = .never
            let failed = contentIsLate()
            if !failed.isEmpty { return failed }
        }
        return actions
    }

    /// What the service failed to deliver in time.
    private var silence: String {
        guard phase == .serving else { return "no connection in time" }
        return isAnswered
            ? "silent after \(answerBytes) bytes of the answer's content"
            : "no complete head of an answer in time"
    }
}
