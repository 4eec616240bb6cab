// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogReading
internal import Merkle

/// What the thread of an output works on.
struct OutputWork {
    let plan: OutputPlan
    let sender: any OutputSender
    let record: OutputEngine.Recording
    var standing: OutputStanding

    /// What the configuration gives up, whatever the receiver.
    let ownCautions: [String]
    /// Nil until the position is read, and again after it turned out to be of no use.
    var position: OutputPosition?
    /// The next record to send; beyond the position where the receiver does not answer.
    var next = LeafIndex(0)
    var snapshot: LogSnapshot?
    var reader: OutputReader?
    /// The newest erasure that was known when the snapshot was read.
    var erasure: PrivacyStanding.Erasure?
    var backoff = OutputBackoff()
    var pace = OutputPace()
    /// Whether it was told that it fails now.
    var isFailureTold = false
    /// Behind the last record that was sent.
    var sentEnd = LeafIndex(0)
    /// Records refused one after the other.
    var refusedInRow = 0
    var news: [OutputNews] = []

    init(
        _ plan: OutputPlan, _ sender: any OutputSender, _ standing: OutputStanding,
        _ record: @escaping OutputEngine.Recording
    ) {
        self.plan = plan
        self.sender = sender
        self.standing = standing
        ownCautions = standing.cautions
        self.record = record
    }

    mutating func turn(
        _ moment: OutputEngine.Moment, _ asked: OutputEngine.Asked
    ) -> OutputEngine.Turn {
        news = []
        if asked.reopens { sender.reopen() }
        var hasMore = false
        if let index = asked.replay {
            pace.retry = nil
            attempt(moment) { work throws(OutputFailure) in try work.goBack(to: index, moment) }
        }
        standing.logSize = max(standing.logSize, moment.logSize)
        if pace.isDue(moment.uptime) {
            attempt(moment) { work throws(OutputFailure) in
                hasMore = try work.deliver(moment)
            }
        }
        standing.cautions = ownCautions + sender.cautions
        standing.retry = pace.retry.map { max(.zero, $0 - moment.uptime) }
        look(at: moment)
        return OutputEngine.Turn(news: news, hasMore: hasMore)
    }

    /// Does something that may fail, and waits after it has.
    mutating func attempt(
        _ moment: OutputEngine.Moment, _ body: (inout Self) throws(OutputFailure) -> Void
    ) {
        do throws(OutputFailure) {
            try body(&self)
        } catch {
            fail(error, moment)
        }
    }

    mutating func fail(_ failure: OutputFailure, _ moment: OutputEngine.Moment) {
        sender.close()
        if let position { next = position.next }
        sentEnd = LeafIndex(0)
        reader = nil
        let wait = backoff.failed(retryAfter: failure.retryAfter, fraction: moment.random)
        pace.retry = moment.uptime + wait
        standing.state = .failing
        standing.failures += 1
        standing.failuresInRow = backoff.failures
        standing.lastFailure = failure
        standing.lastFailureTime = moment.now
        if backoff.failures == 1 { pace.failingSince = moment.uptime }
        if standing.isWorthTelling, !isFailureTold {
            isFailureTold = true
            news.append(.failing(failure, failures: backoff.failures))
        }
    }

    /// The receiver has taken something, or there was nothing to take and it is there.
    mutating func succeed(_ moment: OutputEngine.Moment) {
        if isFailureTold {
            isFailureTold = false
            news.append(.recovered(after: moment.uptime - (pace.failingSince ?? moment.uptime)))
        }
        backoff.succeeded()
        pace.retry = nil
        standing.state = .delivering
        standing.failuresInRow = 0
        standing.lastSuccess = moment.now
    }
}

extension UTCInstant {
    /// How much later this one is.
    static func - (one: Self, other: Self) -> Duration {
        .microseconds(one.microseconds - other.microseconds)
    }

    static func - (one: Self, time: Duration) -> Self {
        let (seconds, attoseconds) = time.components
        return UTCInstant(
            microseconds: one.microseconds - seconds * 1_000_000 - attoseconds / 1_000_000_000_000)
    }
}
