// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Hummingbird
import LogReading
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// One reader who follows the log: reads a page, waits until it is taken, and goes on; waits for the log where there is
/// nothing to read.
///
/// Nothing is read ahead: what a slow reader has not taken is in the log and nowhere else. One who takes nothing for
/// long is disconnected (`ConnectionLimits`), and comes again.
struct TailStream: Sendable {
    let desk: AuditorDesk
    let log: SharedSnapshot
    let identity: AccountIdentity
    /// What it takes to be here.
    let rights: Set<Right>
    private let reader: ReaderBox
    private let began = ContinuousClock.now

    /// How long a client waits before it comes again.
    private static let retryMilliseconds = 2000
    /// How long nothing at all is on the line.
    private static let silence = Duration.seconds(15)
    /// How often it is asked whether the reader may still be here, and the server be there.
    private static let attention = TimeAmount.seconds(1)

    init(
        _ desk: AuditorDesk, _ log: SharedSnapshot, _ identity: AccountIdentity,
        rights: Set<Right>, _ reader: consuming sending TailReader
    ) {
        self.desk = desk
        self.log = log
        self.identity = identity
        self.rights = rights
        self.reader = ReaderBox(reader)
    }

    /// A reader that is used on one thread at a time.
    private final class ReaderBox: Sendable {
        private let reader: Mutex<TailReader>

        init(_ reader: consuming sending TailReader) { self.reader = Mutex(reader) }

        func with<Value: Sendable>(
            _ body: (inout TailReader) throws -> Value
        ) rethrows -> Value {
            try reader.withLock { reader in try body(&reader) }
        }
    }

    /// How far it came.
    var reached: (range: Range<UInt64>, sent: UInt64) {
        reader.with { ($0.start..<$0.position, $0.sent) }
    }

    private var uptime: Duration { ContinuousClock.now - began }

    /// Writes events until the end.
    ///
    /// - Parameter opening: what is written first.
    /// - Returns: why it ended, which the client was told. Throws if nobody was there to be told.
    func run(
        _ opening: JSONValue, _ writer: inout any ResponseBodyWriter
    ) async throws -> QueryFacts.End {
        var text = EventStreamText()
        text.append(retryAfter: Self.retryMilliseconds)
        text.append(event: "begin", id: resumption, json: opening)
        try await writer.write(ByteBuffer(bytes: text.bytes))
        let end = try await follow(&writer)
        try await sayGoodbye(end, &writer)
        return end
    }

    /// Reads what there is and writes it; waits where there is nothing.
    ///
    /// - Returns: why it ends.
    private func follow(
        _ writer: inout any ResponseBodyWriter
    ) async throws -> QueryFacts.End {
        var written = ContinuousClock.now
        var hasGrown = true
        while true {
            if Task.isShuttingDownGracefully { return .stopping }
            if let end = refusal { return end }
            let began = ContinuousClock.now
            let page: (text: [UInt8], isBehind: Bool, size: UInt64)
            do {
                page = try await read(anew: hasGrown)
            } catch is LogReadFailure {
                return .logUnreadable
            }
            if !page.text.isEmpty {
                try await writer.write(ByteBuffer(bytes: page.text))
                written = .now
            } else if ContinuousClock.now - written >= Self.silence {
                var text = EventStreamText()
                text.append(comment: "\(page.size) records")
                if let resumption { text.append(id: resumption) }
                try await writer.write(ByteBuffer(bytes: text.bytes))
                written = .now
            }
            try Task.checkCancellation()
            guard !page.isBehind else { continue }
            hasGrown = await waitForGrowth(beyond: page.size)
            // What is durable may be a moment away from being seen in the directory: nobody turns in circles for it.
            let rest = SharedSnapshot.shortestPause - (ContinuousClock.now - began)
            if hasGrown, rest > .zero { await pause(for: rest) }
        }
    }

    /// The next page; of a log that is read anew only where it has grown.
    private func read(
        anew hasGrown: Bool
    ) async throws -> (text: [UInt8], isBehind: Bool, size: UInt64) {
        let uptime = uptime
        return try await desk.reading { [desk, reader, log] in
            // Before the log is read: what comes between is seen the next time.
            let erasure = desk.sources.live.erasure()
            return try reader.with { reader in
                if erasure != reader.erasure {
                    reader.take(try log.fresh(), after: erasure)
                } else if hasGrown, !reader.isBehind {
                    reader.take(try log.log(beyond: reader.size))
                }
                var text = EventStreamText()
                reader.tellSkipped(at: uptime, into: &text)
                try reader.page(at: uptime, into: &text)
                return (text.bytes, reader.isBehind, reader.size)
            }
        }
    }

    private var resumption: UInt64? { reader.with { $0.resumption } }

    /// Why the reader may be here no longer; nil while they may.
    private var refusal: QueryFacts.End? {
        guard let present = desk.sources.accounts.present(identity) else { return .loginOver }
        return rights.isSubset(of: present.rights) ? nil : .rightMissing
    }

    private func sayGoodbye(
        _ end: QueryFacts.End, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var text = EventStreamText()
        let members = reader.with { reader in
            reader.tellSkipped(at: nil, into: &text)
            return [
                JSONMember("next", .integer(Int64(clamping: reader.position))),
                JSONMember("reason", .string(end.rawValue)),
                JSONMember("sent", .integer(Int64(clamping: reader.sent))),
                JSONMember("undecided", .integer(Int64(clamping: reader.undecided))),
            ]
        }
        text.append(event: "bye", id: resumption, json: .object(members))
        try await writer.write(ByteBuffer(bytes: text.bytes))
        try await writer.finish(nil)
    }

    private func pause(for time: Duration) async {
        await withCheckedContinuation { goOn in
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(time)) {
                goOn.resume()
            }
        }
    }

    /// Returns once the log has more records than so many, or it is time to look at other things.
    ///
    /// - Returns: whether it has.
    private func waitForGrowth(beyond size: UInt64) async -> Bool {
        let growth = desk.sources.live.growth
        let follower = Task { await growth(size) }
        let end = MultiThreadedEventLoopGroup.singleton.any()
            .scheduleTask(in: Self.attention) { follower.cancel() }
        let larger = await withTaskCancellationHandler {
            await follower.value
        } onCancel: {
            follower.cancel()
        }
        // A log that is closed does not grow, and says so at once.
        guard larger == nil, !Task.isCancelled else {
            end.cancel()
            return larger != nil
        }
        await withCheckedContinuation { goOn in
            end.futureResult.whenComplete { _ in goOn.resume() }
        }
        return false
    }
}
