// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Events from the client, and the exchange's decisions.
extension Relay {
    /// A request was understood; the exchange is asked about it.
    ///
    /// - Parameter hasContent: whether content follows.
    package mutating func begin(_ terms: Terms, hasContent: Bool) {
        precondition(phase == .idle, "OneAccessAtATime: an access began before the last one ended")
        self.terms = terms
        content = hasContent ? .held : .complete
        phase = .deciding
    }

    /// Something came that is no request, or came too late; its refusal is recorded.
    package mutating func beginRefusal() {
        precondition(phase == .idle, "OneAccessAtATime: an access began before the last one ended")
        terms = .unreadable
        content = .held
        phase = .ending
    }

    /// The exchange lets the request go to its service.
    package mutating func allowed(_ patience: ServicePatience, now: Moment) -> Actions {
        precondition(phase == .deciding, "RecordedBeforeForwarded: allowed when nobody had asked")
        self.patience = patience
        if let pendingEnd { return fail(pendingEnd, closes: true) }
        if let length = terms.length, length > limits.contentBytes {
            return fail(.bodyTooLarge, contentLimit, closes: !canDiscardContent)
        }
        isAsked = true
        return open(reuse: true, now: now)
    }

    mutating func open(reuse: Bool, now: Moment) -> Actions {
        phase = .connecting
        mayReuse = reuse
        ticket += 1
        // Longer than connecting may take, which has its own limit.
        serviceDeadline = now + patience.connect + patience.head
        return .open
    }

    /// Whether a connection that was asked for is still wanted.
    package func awaits(_ ticket: UInt64) -> Bool { phase == .connecting && ticket == self.ticket }

    // MARK: Content

    /// Whether incoming content goes to the service.
    package var takesContent: Bool { phase == .serving && content == .flowing }

    /// A piece of content came and goes to the service.
    package mutating func contentCame(_ count: Int) -> Actions {
        contentBytes += UInt64(count)
        return contentBytes <= limits.contentBytes ? [] : contentIsTooLarge()
    }

    /// A piece was announced that, with what came before, would exceed the limit.
    package mutating func contentAnnounced(_ bytes: UInt64) -> Actions {
        bytes <= limits.contentBytes ? [] : contentIsTooLarge()
    }

    private mutating func contentIsTooLarge() -> Actions {
        end(.bodyTooLarge, contentLimit, closes: true)
    }

    /// What had come was passed on, and more will come.
    package mutating func contentPaused(now: Moment) {
        pace.lastPiece = now
        armContent()
    }

    /// All of the content has come and was passed on.
    package mutating func contentEnded(now: Moment) -> Actions {
        content = .complete
        contentDeadline = .never
        awaitAnswer(now: now)
        return .endContent
    }

    /// The content is malformed.
    package mutating func contentFailed(_ reason: Reason) -> Actions {
        end(reason, cameOfContent, closes: true)
    }

    /// The service takes no more content for now.
    package mutating func serviceBlocked(now: Moment) {
        guard takesContent, pace.pausedSince == nil else { return }
        pace.pausedSince = now
        contentDeadline = .never
        awaitAnswer(now: now)
    }

    /// The service takes content.
    package mutating func serviceTakesContent(now: Moment) {
        guard let since = pace.pausedSince else { return }
        pace.pausedNanoseconds += now.nanoseconds - min(since.nanoseconds, now.nanoseconds)
        pace.pausedSince = nil
        pace.lastPiece = now
        if !isAnswered { serviceDeadline = .never }
        armContent()
    }

    mutating func armContent() {
        contentDeadline =
            content == .flowing ? pace.deadline(contentBytes, limits: limits) : .never
    }

    mutating func stopContent() {
        guard content == .flowing else { return }
        content = .held
        contentDeadline = .never
    }

    /// Whether so little content is left that it is worth reading to keep the connection.
    package var canDiscardContent: Bool {
        if content == .complete { return true }
        guard !terms.expectsContinue, let length = terms.length else { return false }
        return length - min(length, contentBytes) <= RelayLimits.discardedBytes
    }

    private var contentLimit: String { "more than \(limits.contentBytes) bytes of content" }
    private var cameOfContent: String { "after \(contentBytes) bytes of content" }

    // MARK: Ends

    /// The client's connection is gone.
    package mutating func clientGone() -> Actions { end(.clientClosed, closes: true) }

    /// The client does not read what was written for it.
    package mutating func clientStopped() -> Actions { end(.clientTimeout, closes: true) }

    /// The proxy ends what is under way.
    package mutating func forced() -> Actions { end(.draining, closes: true) }

    /// The client's content is overdue.
    mutating func contentIsLate() -> Actions { end(.bodyTimeout, cameOfContent, closes: true) }

    /// The access cannot end properly. While the exchange decides, this waits for its decision.
    mutating func end(
        _ reason: Reason, _ detail: String? = nil, forClient: String? = nil, closes: Bool
    ) -> Actions {
        switch phase {
        case .idle, .ending: return []
        case .deciding:
            pendingEnd = pendingEnd ?? reason
            return []
        case .connecting, .serving:
            return fail(reason, detail, forClient: forClient, closes: closes)
        }
    }

    mutating func fail(
        _ reason: Reason, _ detail: String? = nil, forClient: String? = nil, closes: Bool
    ) -> Actions {
        refused()
        failure = Failure(
            reason: reason, detail: detail, detailForClient: forClient, closes: closes,
            isAsked: isAsked)
        return [.dropService, .discardAnswer, .fail]
    }

    /// Our own answer replaces everything else, or there is none.
    package mutating func refused() {
        phase = .ending
        ticket += 1
        stopContent()
        serviceDeadline = .never
        holdDeadline = .never
    }

    /// The access is over.
    ///
    /// - Returns: whether the next request's head comes next; otherwise the rest of this one's
    ///   content does.
    package mutating func conclude() -> Bool {
        let isComplete = content == .complete
        phase = .idle
        content = .complete
        contentBytes = 0
        answerBytes = 0
        isAnswered = false
        isReleased = false
        closes = false
        failure = nil
        hasAskedRelease = false
        isEventStream = false
        isAsked = false
        pendingEnd = nil
        contentDeadline = .never
        serviceDeadline = .never
        holdDeadline = .never
        return isComplete
    }
}
