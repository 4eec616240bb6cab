// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

/// The service's answer on its way to the client.
struct ResponseRelay {
    /// How the body is framed towards the client.
    var framing = BodyFraming.none
    /// Whether the head has come.
    var hasBegun = false
    /// Whether it is a stream of events, which may be silent.
    var isEventStream = false
    /// Whether bytes may leave before the end is recorded.
    var isReleased = false
    /// Whether the exchange was asked to let bytes leave.
    var hasAskedRelease = false
    /// Whether the client's connection ends with this answer.
    var closes = false
    /// Content bytes that have come.
    var contentBytes: UInt64 = 0

    /// The head has come.
    mutating func begin(_ framing: BodyFraming, isEventStream: Bool, closes: Bool) {
        hasBegun = true
        self.framing = framing
        self.isEventStream = isEventStream
        self.closes = closes
    }
}
