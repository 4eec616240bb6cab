// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import Access
package import Observability

/// When the access under way reached each stage, and why it fails: what is counted once it is over.
///
/// Uses the lane's time, which is that of the current event, so that measuring reads no clock.
/// Within one event no time passes: a phase is counted only where the access waited in it.
package struct AccessMeter {
    private let listener: Int
    private var began = Moment.never
    /// When another thread had verified the credential.
    package var identified = Moment.never
    /// When it was allowed, and recorded ahead if necessary.
    package var forwarded = Moment.never
    /// When there was a connection to the service.
    package var connected = Moment.never
    /// When all was over except for the last record.
    package var ended = Moment.never
    /// Why it is refused or fails.
    package var reason: Reason?

    /// - Parameter listener: the number of the one that the client is connected to.
    package init(listener: Int) { self.listener = listener }

    /// Another access begins.
    package mutating func begin(_ now: Moment, reason: Reason? = nil) {
        self = AccessMeter(listener: listener)
        began = now
        self.reason = reason
    }

    /// It ends without an answer, or in the middle of one; if nothing else was the cause, the log
    /// was.
    package mutating func abort() { reason = reason ?? .logUnavailable }

    /// The access is over.
    package func count(in meters: borrowing LaneMeters, service: ServiceSlot, now: Moment) {
        meters.countRequest(
            listener: listener, effect: (reason?.effect ?? .allow).number, service: service)
        if let reason { meters.countRefusal(reason: Int(reason.rawValue)) }
        meters.record(nanoseconds: now.nanoseconds &- began.nanoseconds, service: service)
        var last = began
        func phase(_ phase: RequestPhase, until end: Moment) {
            guard end != .never else { return }
            if end > last {
                meters.record(
                    nanoseconds: end.nanoseconds &- last.nanoseconds, of: phase, service: service)
            }
            last = end
        }
        phase(.identify, until: identified)
        phase(.recordAhead, until: forwarded)
        if forwarded != .never {
            // The log may end it while the service is at work.
            let end = min(ended, now)
            phase(.connect, until: min(connected, end))
            phase(.service, until: end)
        }
        phase(.record, until: now)
    }
}

extension Decision.Effect {
    /// Its place among all.
    var number: Int {
        switch self {
        case .allow: 0
        case .deny: 1
        case .challenge: 2
        case .limit: 3
        case .error: 4
        }
    }
}

extension TrafficMeters {
    /// The meters of a data plane, with the words that records use.
    convenience init(listeners: Int) {
        self.init(
            listeners: listeners, effects: Decision.Effect.allCases.map(\.rawValue),
            reasons: Reason.allCases.map { "\($0.code)" }, unrouted: Decision.unrouted)
    }
}
