// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Until when somebody waits for an answer.
struct SearchDeadline {
    private let clock = ContinuousClock()
    private let end: ContinuousClock.Instant

    init(in length: Duration) { end = clock.now + length }

    var isOver: Bool { clock.now >= end }

    /// What is left of it, and a moment at least: whoever is asked says by itself that this was too short.
    var left: Duration { max(end - clock.now, .milliseconds(1)) }
}
