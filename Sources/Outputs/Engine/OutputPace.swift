// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// When an output does what: tries again, saves its position, looks at its lag, tells of it.
struct OutputPace {
    /// Not before this is anything tried.
    var retry: Duration?
    var failingSince: Duration?
    /// Whether the position on the disk is behind.
    var isUnsaved = false
    /// The oldest record that is not delivered, and its time.
    var oldest: (index: UInt64, time: UTCInstant)?

    private var lastSave: Duration?
    private var lastLook: Duration?
    private var isLagging = false
    private var refused: (count: UInt64, last: OutputRefusal)?
    private var lastRefusedNews: Duration?

    func isDue(_ uptime: Duration) -> Bool { retry.map { uptime >= $0 } ?? true }

    func isSavingDue(_ uptime: Duration) -> Bool {
        lastSave.map { uptime - $0 >= .seconds(1) } ?? true
    }

    mutating func saved(_ uptime: Duration) {
        lastSave = uptime
        isUnsaved = false
    }

    mutating func isLookDue(_ uptime: Duration) -> Bool {
        guard lastLook.map({ uptime - $0 >= .seconds(1) }) ?? true else { return false }
        lastLook = uptime
        return true
    }

    mutating func rejected(_ refusal: OutputRefusal) {
        refused = ((refused?.count ?? 0) + 1, refusal)
    }

    /// What is to be told: a lag when it has become long and when it is over, refusals once a minute.
    mutating func news(_ standing: OutputStanding, _ uptime: Duration) -> [OutputNews] {
        var news: [OutputNews] = []
        if standing.lag > OutputStanding.lagToWarnOf, !isLagging {
            isLagging = true
            news.append(.lagging(standing.lag, records: standing.lagRecords))
        } else if isLagging, standing.lag < OutputStanding.lagToWarnOf / 2 {
            isLagging = false
            news.append(.caughtUp)
        }
        if let refused, lastRefusedNews.map({ uptime - $0 >= .seconds(60) }) ?? true {
            news.append(.rejected(refused.count, last: refused.last))
            self.refused = nil
            lastRefusedNews = uptime
        }
        return news
    }
}
