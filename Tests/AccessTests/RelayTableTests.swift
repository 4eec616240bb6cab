// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Access
import Foundation
import Testing

/// Every state of a relay, every event that can come there, and what is to be done then.
@Suite("EndsOnce: the relay, state by event")
struct RelayTableTests {
    @Test("Every event does in every state what the table says")
    func table() throws {
        let found = RelayState.allCases.map { state in
            "\(state.rawValue)\n"
                + RelayEvent.allCases.filter { $0.comes(in: state) }
                .map { "  " + $0.outcome(in: state) + "\n" }.joined()
        }.joined()
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/relay.txt")
        if ProcessInfo.processInfo.environment["COUNTERSIGN_GOLDEN"] == "write" {
            try found.write(to: file, atomically: true, encoding: .utf8)
        } else {
            let isAsExpected = try String(contentsOf: file, encoding: .utf8) == found
            #expect(isAsExpected, "Golden/relay.txt says otherwise; COUNTERSIGN_GOLDEN=write")
        }
    }

    @Test("No event of an access that is over or ending asks for a second record")
    func endsOnce() {
        for event in RelayEvent.allCases where event.comes(in: .ending) {
            var relay = RelayState.ending.make()
            let actions = event.apply(to: &relay)
            #expect(actions.isDisjoint(with: [.finish, .fail]), "\(event)")
        }
    }

    @Test("RecordedBeforeAnswered: nothing of an answer leaves before the exchange has released it")
    func recordedBeforeAnswered() {
        for state in RelayState.allCases where state != .released && state != .uploadReleased {
            for event in RelayEvent.allCases where event.comes(in: state) && event != .released {
                var relay = state.make()
                let sends = event.apply(to: &relay).contains(.sendAnswer)
                #expect(!sends, "\(state): \(event)")
            }
        }
    }
}

/// A state, and the shortest way to it.
enum RelayState: String, CaseIterable {
    case idle
    case deciding
    case decidingUpload = "deciding, with content to come"
    case decidingTooLarge = "deciding, with more content than allowed"
    case decidingEnded = "deciding, and the client is gone"
    case connecting
    case serving
    case answered
    case asked = "answered, and leave was asked for"
    case released = "answered and released"
    case upload = "content is flowing"
    case uploadBlocked = "content is flowing, and the service takes none"
    case uploadAnswered = "content is flowing, and the answer has begun"
    case uploadReleased = "content is flowing, and the answer is leaving"
    case events = "a stream of events has begun"
    case ending

    static let start = Moment(nanoseconds: 1_000_000_000_000)
    static let patience = ServicePatience(
        connect: .init(.seconds(5)), head: .init(.seconds(60)), body: .init(.seconds(50)),
        eventStream: nil)

    func make() -> Relay {
        var relay = Relay(
            limits: RelayLimits(
                contentBytes: 1_000_000, contentPause: .init(.seconds(30)), contentRate: 0,
                heldBytes: 100, holding: .init(.milliseconds(100))))
        let now = Self.start
        let length: UInt64 =
            switch self {
            case .decidingUpload, .upload, .uploadBlocked, .uploadAnswered, .uploadReleased:
                200_000
            case .decidingTooLarge: 1_000_001
            default: 0
            }
        guard self != .idle else { return relay }
        relay.begin(
            Relay.Terms(length: length, expectsContinue: false, isRepeatable: true),
            hasContent: length > 0)
        if self == .decidingEnded { _ = relay.clientGone() }
        switch self {
        case .idle, .deciding, .decidingUpload, .decidingTooLarge, .decidingEnded: return relay
        default: _ = relay.allowed(Self.patience, now: now)
        }
        guard self != .connecting else { return relay }
        _ = relay.connected(now: now)
        switch self {
        case .answered, .asked, .released, .uploadAnswered, .uploadReleased:
            relay.answered(Relay.AnswerTerms(isEventStream: false, closes: false), now: now)
        case .events:
            relay.answered(Relay.AnswerTerms(isEventStream: true, closes: false), now: now)
        case .uploadBlocked: relay.serviceBlocked(now: now)
        case .ending: _ = relay.answerEnded()
        default: break
        }
        if self == .asked { _ = relay.answerPaused(held: 101, now: now) }
        if self == .released || self == .uploadReleased { _ = relay.released(now: now) }
        return relay
    }
}

enum RelayEvent: String, CaseIterable {
    case begin
    case refusal = "begin refusal"
    case allowed
    case refused
    case connected
    case content = "a piece of content"
    case contentEnd = "end of content"
    case contentTooLarge = "content beyond the limit"
    case contentFault = "malformed content"
    case serviceBlocked = "service takes no content"
    case serviceTakes = "service takes content"
    case interim = "interim answer"
    case answer = "head of an answer"
    case answerPiece = "a piece of the answer"
    case answerMuch = "more of the answer than is held"
    case released
    case answerEnd = "end of the answer"
    case serviceFailed = "service failed"
    case serviceStale = "used connection closed unanswered"
    case clientGone = "client is gone or has ended its side"
    case clientBlocked = "client takes no more"
    case clientTakes = "client takes more"
    case clientStopped = "client has stopped reading"
    case forced = "proxy stops"
    case contentLate = "content is overdue"
    case serviceLate = "service is overdue"
    case heldLong = "held for long"
    case conclude

    /// Whether the sides can tell it there; what cannot come is a broken promise of theirs.
    func comes(in state: RelayState) -> Bool {
        let phase = state.make().phase
        let flows = [.upload, .uploadBlocked, .uploadAnswered, .uploadReleased].contains(state)
        let isAnswered = [
            .answered, .asked, .released, .uploadAnswered, .uploadReleased, .events,
        ].contains(state)
        return switch self {
        case .begin, .refusal: phase == .idle
        case .allowed: phase == .deciding
        case .refused: phase != .idle
        case .connected: phase == .connecting
        case .content, .contentEnd, .contentTooLarge, .contentFault, .serviceBlocked,
            .serviceTakes:
            flows
        case .interim, .answer: phase == .serving && !isAnswered
        case .answerPiece, .answerMuch, .released, .answerEnd: isAnswered
        case .serviceFailed: phase == .serving || phase == .connecting
        case .serviceStale: phase == .serving && !isAnswered
        case .clientGone, .clientBlocked, .clientTakes, .clientStopped, .forced, .contentLate,
            .serviceLate, .heldLong:
            true
        case .conclude: phase != .idle
        }
    }

    func apply(to relay: inout Relay) -> Relay.Actions {
        let now = RelayState.start + .init(.milliseconds(10))
        switch self {
        case .begin:
            relay.begin(
                Relay.Terms(length: 0, expectsContinue: false, isRepeatable: true),
                hasContent: false)
        case .refusal: relay.beginRefusal()
        case .allowed: return relay.allowed(RelayState.patience, now: now)
        case .refused: relay.refused()
        case .connected: return relay.connected(now: now)
        case .content: return relay.contentCame(10)
        case .contentEnd: return relay.contentEnded(now: now)
        case .contentTooLarge: return relay.contentCame(1_000_001)
        case .contentFault: return relay.contentFailed(.malformedChunk)
        case .serviceBlocked: relay.serviceBlocked(now: now)
        case .serviceTakes: relay.serviceTakesContent(now: now)
        case .interim: relay.serviceIsAtWork(now: now)
        case .answer:
            relay.answered(Relay.AnswerTerms(isEventStream: false, closes: false), now: now)
        case .answerPiece: return relay.answerPaused(held: 50, now: now)
        case .answerMuch: return relay.answerPaused(held: 101, now: now)
        case .released: return relay.released(now: now)
        case .answerEnd: return relay.answerEnded()
        case .serviceFailed:
            return relay.serviceFailed(
                .upstreamMalformed, "detail", forClient: "detail", wasUsed: false, now: now)
        case .serviceStale:
            return relay.serviceFailed(
                .upstreamClosed, "detail", forClient: "detail", wasUsed: true, now: now)
        case .clientGone: return relay.clientGone()
        case .clientBlocked: relay.clientBlocked()
        case .clientTakes: return relay.clientTakesMore(now: now)
        case .clientStopped: return relay.clientStopped()
        case .forced: return relay.forced()
        case .contentLate: return relay.deadlineReached(held: 0, now: due(relay.contentDeadline))
        case .serviceLate: return relay.deadlineReached(held: 0, now: due(relay.serviceDeadline))
        case .heldLong: return relay.deadlineReached(held: 0, now: due(relay.holdDeadline))
        case .conclude: _ = relay.conclude()
        }
        return []
    }

    /// The deadline, or a moment at which nothing is due.
    private func due(_ deadline: Moment) -> Moment {
        deadline == .never ? RelayState.start : deadline
    }

    /// One line: the event, what is to be done, and where the relay is then.
    func outcome(in state: RelayState) -> String {
        var relay = state.make()
        let before = relay.phase
        let actions = apply(to: &relay)
        var words = [rawValue + ":"]
        let names = actions.names
        words.append(names.isEmpty ? "nothing" : names.joined(separator: " "))
        if relay.phase != before { words.append("→ \(relay.phase)") }
        if let failure = relay.failure {
            words.append("(\(failure.reason.code)\(failure.closes ? ", closes" : ""))")
        }
        let waits = [
            relay.contentDeadline == .never ? nil : "client",
            relay.serviceDeadline == .never ? nil : "service",
            relay.holdDeadline == .never ? nil : "hold",
        ].compactMap(\.self)
        if !waits.isEmpty { words.append("waits for \(waits.joined(separator: ", "))") }
        return words.joined(separator: " ")
    }
}

extension Relay.Actions {
    fileprivate var names: [String] {
        let all: [(Self, String)] = [
            (.dropService, "dropService"), (.discardAnswer, "discardAnswer"), (.open, "open"),
            (.sendHead, "sendHead"), (.askContent, "askContent"), (.sendContent, "sendContent"),
            (.endContent, "endContent"), (.sendAnswer, "sendAnswer"),
            (.readService, "readService"), (.askRelease, "askRelease"),
            (.endAnswer, "endAnswer"), (.finish, "finish"), (.fail, "fail"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
