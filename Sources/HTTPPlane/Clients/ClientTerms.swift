// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import HTTPWire

/// What a listener's clients may send, and in what time; shared by all event loops.
final class ClientTerms: Sendable {
    /// Of heads and chunk framing.
    let wire: Limits
    let headTimeout: Moment.Interval
    let handshakeTimeout: Moment.Interval
    let idleTimeout: Moment.Interval
    let bodyTimeout: Moment.Interval
    let writeTimeout: Moment.Interval
    let lingerTimeout: Moment.Interval
    /// For their accesses.
    let relay: RelayLimits

    init(_ limits: ClientLimits, _ holding: ResponseHolding) {
        wire = limits.wire
        headTimeout = Moment.Interval(limits.headTimeout)
        handshakeTimeout = Moment.Interval(limits.handshakeTimeout)
        idleTimeout = Moment.Interval(limits.idleTimeout)
        bodyTimeout = Moment.Interval(limits.bodyTimeout)
        writeTimeout = Moment.Interval(limits.writeTimeout)
        lingerTimeout = Moment.Interval(limits.lingerTimeout)
        relay = RelayLimits(
            contentBytes: limits.mostBodyBytes, contentPause: bodyTimeout,
            contentRate: limits.leastBodyRate, heldBytes: holding.mostBytes,
            holding: Moment.Interval(holding.longest))
    }
}
