// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How many accesses a period allows on average, written `100/m`.
package struct Rate: Hashable, Sendable {
    package enum Period: String, CaseIterable, Sendable {
        case second = "s"
        case minute = "m"
        case hour = "h"
        case day = "d"

        package var nanoseconds: UInt64 {
            switch self {
            case .second: 1_000_000_000
            case .minute: 60_000_000_000
            case .hour: 3_600_000_000_000
            case .day: 86_400_000_000_000
            }
        }
    }

    /// 1 to ``most``.
    package let count: Int
    package let period: Period
    /// Nanoseconds from one access to the next at this rate, rounded up: never more than the rate.
    let interval: UInt64

    /// The largest count: beyond it the distance between two accesses is less than clocks can tell.
    package static let most = 1_000_000

    /// Nil where the count is not within 1…``most``.
    package init?(count: Int, per period: Period) {
        guard (1...Self.most).contains(count) else { return nil }
        self.init(unchecked: count, per: period)
    }

    /// Reads `100/m`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard let slash = text.firstIndex(of: "/"),
            let period = Period(rawValue: String(text[text.index(after: slash)...])),
            text[..<slash].utf8.allSatisfy(ASCII.isDigit), let count = Int(text[..<slash])
        else { return nil }
        self.init(count: count, per: period)
    }

    /// One a day: the least rate there is, and so a harmless stand-in for one that is still to be
    /// read.
    package static let oneADay = Rate(unchecked: 1, per: .day)

    private init(unchecked count: Int, per period: Period) {
        self.count = count
        self.period = period
        let accesses = UInt64(count)
        interval = (period.nanoseconds + accesses - 1) / accesses
    }

    package var text: String { "\(count)/\(period.rawValue)" }

    /// What one second allows, rounded up, and so at least 1: the burst where none is configured.
    package var perSecond: Int {
        let seconds = Int(period.nanoseconds / Period.second.nanoseconds)
        return (count + seconds - 1) / seconds
    }
}
