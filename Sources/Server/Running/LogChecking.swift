// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import CSystemCalls
import Ledger
import LogReading
import Logging
import Merkle
import Messages
import NIOCore
import NIOPosix
import Settings
import SignedNotes
import Synchronization
import SystemPackage
import Verification

/// Checks a server's log from end to end while it runs, on a thread that yields to all others, and again after a pause.
///
/// It reads the directory as `countersign verify` does, and shares nothing with what writes there. Whoever can change the
/// log of a running server may change the server, too: what it says of itself is no replacement for a check elsewhere.
final class LogChecking: Sendable {
    private struct State {
        var standing: LogCheckStanding
        var present: Task<Void, Never>?
        var looking: RepeatedTask?
        var isOver = false
    }

    /// In the state directory: what came of the last whole check.
    static let name = "check.json"
    private static let mostBytes = 1 << 20

    private let directory: FilePath
    private let remembered: String
    private let path: String
    private let ledger: Ledger
    let now: @Sendable () -> UTCInstant
    private let logger: Logger
    private let thread = YieldingThread(named: "check")
    private let began = ContinuousClock.now
    private let state: Mutex<State>
    /// Records that the present check has read.
    private let position = Atomic<UInt64>(0)

    /// Begins to check the log that a ledger writes.
    static func start(
        _ ledger: Ledger, _ log: LogSettings, now: @escaping @Sendable () -> UTCInstant,
        logger: Logger
    ) -> LogChecking {
        let path = LocalFile.path(of: name, in: log.state.text)
        let checking = LogChecking(
            ledger, log, path, last: last(path, logger), now: now, logger: logger)
        checking.look()
        return checking
    }

    private init(
        _ ledger: Ledger, _ log: LogSettings, _ path: String, last: LogCheck?,
        now: @escaping @Sendable () -> UTCInstant, logger: Logger
    ) {
        self.ledger = ledger
        directory = FilePath(log.directory.text)
        remembered = LocalFile.path(of: "checkpoint.slots", in: log.state.text)
        self.path = path
        self.now = now
        self.logger = logger
        state = Mutex(State(standing: LogCheckStanding(last: last)))
    }

    /// What an earlier process remembered. What cannot be read is told, and replaced after the next check.
    private static func last(_ path: String, _ logger: Logger) -> LogCheck? {
        let read = Result { () throws(CommandFailure) in
            try LocalFile.read(path, most: mostBytes)
        }
        guard case .success(let bytes) = read, let bytes else { return nil }
        let value = Result { () throws(JSONFault) in
            try JSONParser.parse(bytes, as: .strict, deepest: 4)
        }
        if case .success(let value) = value, let check = LogCheck(value) { return check }
        logger.warning("what came of the last check cannot be read", metadata: ["file": "\(path)"])
        return nil
    }

    private func look() {
        let task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(1)
        ) { [self] _ in beginIfDue() }
        state.withLock { $0.looking = task }
    }

    private func beginIfDue() {
        let (uptime, now, size) = (uptime, now(), ledger.feed.size.count)
        state.withLock { state in
            guard !state.isOver, state.standing.isDue(at: uptime) else { return }
            position.store(0, ordering: .relaxed)
            state.standing.begin(at: uptime, now: now, logSize: size)
            state.present = Task(executorPreference: thread) { [self] in await check() }
        }
    }

    private func check() async {
        let state = Result { () throws(CommandFailure) in
            try LocalFile.read(remembered, most: Self.mostBytes)
        }
        // Two empty slots remember nothing.
        var known: [UInt8]?
        if case .success(let bytes) = state, let bytes, bytes.contains(where: { $0 != 0 }) {
            known = bytes
        }
        let verifier = LogVerifier(
            VerificationOptions(
                policy: TrustPolicy(logKeys: ledger.signingKeys), remembered: known, maxAge: nil,
                now: now(), requiredWitnesses: 0, jobs: 1)
        ) { [self] in position.store($0.records, ordering: .relaxed) }
        do throws(LogReadFailure) {
            ended(try await verifier.verify(directory: directory))
        } catch {
            failed(error.message)
        }
    }

    private func ended(_ report: VerificationReport) {
        let (check, isNews) = state.withLock { $0.standing.end(report, at: uptime) }
        let kept = Result { () throws(CommandFailure) in
            var text: [UInt8] = []
            JSONText.append(check.json, to: &text)
            try LocalFile.replace(path, text + [0x0A], isSecret: true)
        }
        if case .failure(let failure) = kept {
            logger.warning(
                "what came of a check cannot be kept",
                metadata: ["cause": "\(failure.message?.plain ?? path)"])
        }
        guard isNews else { return }
        let fields: Logger.Metadata = [
            "integrity": "\(check.integrity)", "completeness": "\(check.completeness)",
        ]
        switch report.verdict {
        case .verified: logger.debug("log was checked", metadata: fields)
        case .integrityFailure, .rollback, .disclosureMismatch:
            logger.critical("log was changed; run countersign verify", metadata: fields)
        case .completenessFailure:
            logger.error("log is not complete; run countersign verify", metadata: fields)
        case .undecided, .stale:
            logger.warning("log was checked, and not all is decided", metadata: fields)
        }
    }

    private func failed(_ message: String) {
        let isNews = state.withLock { state in
            let isNews = state.standing.end(failing: message, at: uptime)
            return isNews && !state.isOver
        }
        guard isNews else { return }
        logger.warning("log cannot be checked; trying again", metadata: ["cause": "\(message)"])
    }

    private var uptime: Duration { ContinuousClock.now - began }

    /// How the checks stand.
    var standing: LogCheckStanding {
        var standing = state.withLock { $0.standing }
        standing.position = position.load(ordering: .relaxed)
        return standing
    }

    /// When the next check begins; nil while one is under way.
    var next: Duration? { state.withLock { $0.standing.next(at: uptime) } }

    /// Has the next check begin at once; one under way goes on.
    func hurry() { state.withLock { $0.standing.hurry() } }

    /// Ends a check under way, wherever it is; it begins anew another time.
    func stop() async {
        state.withLock { state in
            state.isOver = true
            state.looking?.cancel()
            state.present?.cancel()
        }
        await thread.stop()
    }
}
