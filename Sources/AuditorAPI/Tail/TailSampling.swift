// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Lets no more than so many records a second through, and knows what it left out.
///
/// Pure: it is told the time. What was left out is told before anything else is sent.
struct TailSampling {
    /// Records that matched and were not sent.
    struct Skipped: Hashable {
        var count: UInt64
        /// The index of the first and of the last of them.
        var first: UInt64
        var last: UInt64
    }

    /// What becomes of a record.
    enum Answer: Hashable {
        /// It is sent, after word of what was left out before it.
        case send(Skipped?)
        case skip
    }

    /// Nil: everything is sent.
    private let mostPerSecond: Int?
    private var second: Int64 = -1
    private var sent = 0
    private(set) var skipped: Skipped?

    init(mostPerSecond: Int?) { self.mostPerSecond = mostPerSecond }

    /// Takes the next record.
    ///
    /// - Parameter uptime: since any moment, never falling.
    mutating func take(_ index: UInt64, at uptime: Duration) -> Answer {
        guard let mostPerSecond else { return .send(nil) }
        if uptime.components.seconds != second {
            second = uptime.components.seconds
            sent = 0
        }
        guard sent < mostPerSecond else {
            skipped = Skipped(
                count: (skipped?.count ?? 0) + 1, first: skipped?.first ?? index, last: index)
            return .skip
        }
        sent += 1
        return .send(takeSkipped())
    }

    /// What was left out and not told; it is told now.
    mutating func takeSkipped() -> Skipped? {
        defer { skipped = nil }
        return skipped
    }

    /// Whether something was left out in a second that is over.
    func isDue(at uptime: Duration) -> Bool {
        skipped != nil && uptime.components.seconds != second
    }
}
