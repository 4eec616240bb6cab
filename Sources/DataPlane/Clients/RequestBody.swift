// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

/// The body of the request under way, as far as it has come.
struct RequestBody {
    enum Stage {
        /// Nobody takes it yet, or nobody will.
        case held
        /// What comes goes to the service.
        case flowing
        /// There is none, or all of it has come.
        case complete
    }

    var stage: Stage
    let framing: BodyFraming
    var decoder: BodyDecoder
    /// Content bytes that have come.
    var received: UInt64 = 0
    var began = Moment.never
    var lastPiece = Moment.never
    /// Since when the service, not the client, is waited for.
    var pausedSince: Moment?
    var pausedNanoseconds: UInt64 = 0

    init(_ head: RequestHead, limits: Limits) {
        framing = head.framing
        decoder = BodyDecoder(head.framing, .request, limits: limits)
        stage = head.framing == .none || head.framing == .length(0) ? .complete : .held
    }

    var isChunked: Bool { framing == .chunked }

    /// What is still to come where that is known.
    var remaining: UInt64? {
        if stage == .complete { return 0 }
        guard case .length(let length) = framing else { return nil }
        return length - received
    }

    /// When the client has been too slow: a pause that is too long, or a rate that is too low.
    func deadline(pause: Moment.Interval, leastRate: UInt64) -> Moment {
        guard stage == .flowing, pausedSince == nil else { return .never }
        let piece = lastPiece + pause
        guard leastRate > 0 else { return piece }
        let earned = received.multipliedReportingOverflow(by: 1_000_000_000 / leastRate)
        guard !earned.overflow else { return piece }
        let rate =
            began + pause + Moment.Interval(nanoseconds: earned.partialValue)
            + Moment.Interval(nanoseconds: pausedNanoseconds)
        return min(piece, rate)
    }
}
