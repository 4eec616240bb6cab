// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which cell of a lane holds which number.
///
/// ```text
/// reasons │ handshakes of listener 0, 1, … │ service 0 │ service 1 │ …
/// service: requests by listener and effect │ duration │ phases │ handshakes │ pool
/// ```
struct TrafficLayout: Sendable {
    let listeners: Int
    let effects: [String]
    let reasons: [String]
    let mostServices: Int
    let bounds = HistogramBounds.latency

    private let durationStart: Int
    private let phasesStart: Int
    private let upstreamHandshakesStart: Int
    private let poolStart: Int
    private let serviceLength: Int
    private let histogramLength: Int

    init(listeners: Int, effects: [String], reasons: [String], mostServices: Int) {
        self.listeners = listeners
        self.effects = effects
        self.reasons = reasons
        self.mostServices = mostServices
        histogramLength = HistogramSnapshot.cellCount(bounds)
        durationStart = listeners * effects.count
        phasesStart = durationStart + histogramLength
        upstreamHandshakesStart = phasesStart + RequestPhase.allCases.count * histogramLength
        poolStart = upstreamHandshakesStart + HandshakeResult.allCases.count
        serviceLength = poolStart + PoolGauge.allCases.count
    }

    /// Cells of one lane.
    var cellCount: Int { servicesStart + mostServices * serviceLength }

    private var servicesStart: Int {
        reasons.count + listeners * HandshakeResult.allCases.count
    }

    private func start(of service: ServiceSlot) -> Int {
        precondition(
            0 <= service.number && service.number < mostServices,
            "LabelsAreKnown: a service without a slot")
        return servicesStart + service.number * serviceLength
    }

    func refusals(_ reason: Int) -> Int {
        precondition(
            0 <= reason && reason < reasons.count, "LabelsAreKnown: a reason without a number")
        return reason
    }

    func handshakes(_ listener: Int, _ result: HandshakeResult) -> Int {
        precondition(
            0 <= listener && listener < listeners,
            "LabelsAreKnown: a listener without a number")
        return reasons.count + listener * HandshakeResult.allCases.count + result.rawValue
    }

    func requests(_ listener: Int, _ effect: Int, _ service: ServiceSlot) -> Int {
        precondition(
            0 <= listener && listener < listeners && 0 <= effect && effect < effects.count,
            "LabelsAreKnown: a listener or an effect without a number")
        return start(of: service) + listener * effects.count + effect
    }

    func duration(_ service: ServiceSlot) -> Int { start(of: service) + durationStart }

    func phase(_ phase: RequestPhase, _ service: ServiceSlot) -> Int {
        start(of: service) + phasesStart + phase.rawValue * histogramLength
    }

    func upstreamHandshakes(_ result: HandshakeResult, _ service: ServiceSlot) -> Int {
        start(of: service) + upstreamHandshakesStart + result.rawValue
    }

    func pool(_ gauge: PoolGauge, _ service: ServiceSlot) -> Int {
        start(of: service) + poolStart + gauge.rawValue
    }
}
