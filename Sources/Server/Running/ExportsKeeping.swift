// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Evidence
import Glibc
import Ledger
import LogReading
import Logging
import Merkle
import Messages
import NIOCore
import NIOPosix
import Query
import Settings
import SignedNotes
import Synchronization
import SystemPackage

/// Makes the exports that were ordered over the auditor API, one after the other, on a thread that yields to all others.
///
/// They lie beside the log, in a folder for the server only, and go on after a restart. It looks once a second whether one
/// waits, has expired, or is to end since somebody was erased; whoever orders or fetches one asks the last, too.
final class ExportsKeeping: Sendable {
    private struct State {
        var jobs: ExportJobs?
        /// Who may order and fetch them; nil until they are known.
        var accounts: AccountOffice?
        /// Those whose end with their account is recorded.
        var orphans: Set<UniqueID> = []
        /// Why they cannot be kept, as it was told.
        var trouble: String?
    }

    /// What everybody's exports may take, beside what is kept free for the log.
    private static let mostJobs = 100
    private static let mostOfOne = 10
    private static let mostBytes: Int64 = 64 << 30
    private static let leastFree: UInt64 = 256 << 20

    private let folder: FilePath
    private let limits: ExportJobs.Limits
    private let log: LogSettings
    private let ledger: Ledger
    private let configuration: @Sendable () -> String?
    private let now: @Sendable () -> UTCInstant
    private let logger: Logger
    private let thread = YieldingThread(named: "exports")
    /// Whether the thread works, so that no further turn is asked of it.
    private let isBusy = Atomic(false)
    private let isOver = Atomic(false)
    private let looking = Mutex<RepeatedTask?>(nil)
    private let state = Mutex(State())

    /// Where a configuration has the exports.
    static func folder(_ log: LogSettings) -> FilePath {
        FilePath(log.exports.text)
    }

    /// What a configuration lets them take.
    static func limits(_ admin: AdminSettings) -> ExportJobs.Limits {
        ExportJobs.Limits(
            jobs: mostJobs, ofOne: mostOfOne, bytes: mostBytes, kept: admin.keepExports)
    }

    /// Begins; nothing of the folder is opened before this returns.
    ///
    /// - Parameter configuration: the digest of what is in force.
    static func start(
        _ ledger: Ledger, _ settings: DeploymentSettings,
        configuration: @escaping @Sendable () -> String?,
        now: @escaping @Sendable () -> UTCInstant, logger: Logger
    ) -> ExportsKeeping {
        let keeping = ExportsKeeping(
            ledger, settings, configuration: configuration, now: now, logger: logger)
        let task = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(1)
        ) { _ in keeping.wake() }
        keeping.looking.withLock { $0 = task }
        return keeping
    }

    private init(
        _ ledger: Ledger, _ settings: DeploymentSettings,
        configuration: @escaping @Sendable () -> String?,
        now: @escaping @Sendable () -> UTCInstant, logger: Logger
    ) {
        self.ledger = ledger
        log = settings.log
        folder = Self.folder(settings.log)
        limits = Self.limits(settings.admin)
        self.configuration = configuration
        self.now = now
        self.logger = logger
    }

    /// Has exports end with the accounts that ordered them.
    func follow(_ accounts: AccountOffice) { state.withLock { $0.accounts = accounts } }

    /// For the auditor API.
    var desk: ExportDesk { ExportDesk(jobs: { self.settled() }, wake: { self.wake() }) }

    /// How they stand.
    var standing: ExportsStanding {
        let (jobs, trouble) = state.withLock { ($0.jobs?.all ?? [], $0.trouble) }
        return ExportsStanding(jobs, trouble: trouble)
    }

    private func wake() {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        thread.submit { [self] state in
            defer { isBusy.store(false, ordering: .releasing) }
            guard state == .active else { return }
            work()
        }
    }

    private func work() {
        guard let jobs = settled() else { return }
        var isWell = attempt { () throws(EvidenceFailure) in try jobs.expire(now()) }
        var isMade = true
        while isMade, !isOver.load(ordering: .relaxed) {
            isMade = false
            let isDone = attempt { () throws(EvidenceFailure) in
                isMade = try jobs.turn(surroundings)
            }
            isWell = isWell && isDone
        }
        if isWell { state.withLock { $0.trouble = nil } }
    }

    /// The jobs, as they were left and without what an erasure has ended; nil where they cannot be kept. Blocks.
    private func settled() -> ExportJobs? {
        guard let jobs = opened() else { return nil }
        if let erasure = ledger.privacyStanding.newestErasure {
            attempt { () throws(EvidenceFailure) in try jobs.end(by: erasure) }
        }
        attempt { () throws(EvidenceFailure) in try endWithAccounts(jobs) }
        return jobs
    }

    /// Ends what was ordered by accounts that were removed. That is recorded first, and again where it could not be carried
    /// out: the log says of none that it is there still when it is not.
    private func endWithAccounts(_ jobs: ExportJobs) throws(EvidenceFailure) {
        guard let book = state.withLock({ $0.accounts })?.book else { return }
        for job in jobs.all where !job.standing.isGone {
            let account = book.account(id: job.maker)
            if let account, account.removed == nil { continue }
            guard state.withLock({ $0.orphans.insert(job.id).inserted }) else { continue }
            do throws(EvidenceFailure) {
                try record(job, rows: 0, ended: .accountRemoved)
                try jobs.endWithAccount(job.id, at: account?.removed?.at ?? now())
            } catch {
                _ = state.withLock { $0.orphans.remove(job.id) }
                throw error
            }
        }
    }

    private func opened() -> ExportJobs? {
        var trouble: String?
        let jobs = state.withLock { state -> ExportJobs? in
            if let jobs = state.jobs { return jobs }
            do throws(EvidenceFailure) {
                state.jobs = try ExportJobs(folder, limits)
                state.trouble = nil
            } catch {
                if state.trouble == nil { trouble = error.message }
                state.trouble = error.message
            }
            return state.jobs
        }
        if let trouble { warn(trouble) }
        return jobs
    }

    /// Does something to the folder; that it fails is told, and tried again the next second.
    @discardableResult
    private func attempt(_ body: () throws(EvidenceFailure) -> Void) -> Bool {
        do throws(EvidenceFailure) {
            try body()
            return true
        } catch {
            let isNews = state.withLock { state in
                defer { state.trouble = error.message }
                return state.trouble != error.message
            }
            if isNews { warn(error.message) }
            return false
        }
    }

    private func warn(_ cause: String) {
        logger.warning(
            "exports cannot be kept; trying again",
            metadata: ["folder": "\(folder)", "cause": "\(cause)"])
    }

    /// Ends a job in progress where it is; the next start goes on with it.
    func stop() async {
        looking.withLock { $0?.cancel() }
        isOver.store(true, ordering: .relaxed)
        await thread.stop()
    }

    // MARK: Making

    private var surroundings: ExportJobs.Surroundings {
        ExportJobs.Surroundings(
            source: { ticket throws(EvidenceFailure) in try self.source(ticket) },
            values: { source, ticket in
                ticket.asked["opens"]?.bool == true
                    ? ValueReader(opening: source.snapshot) : ValueReader(sealing: source.snapshot)
            },
            record: { job, outcome throws(EvidenceFailure) in
                try self.record(job, rows: outcome.records, ended: nil)
            },
            hasRoom: { Self.free(self.folder).map { $0 >= Self.leastFree } ?? true },
            pauses: {
                // A long one is not made to its end for somebody who is gone, or of what is.
                _ = self.settled()
                return self.isOver.load(ordering: .relaxed)
            }, now: now)
    }

    private func source(_ ticket: ExportTicket) throws(EvidenceFailure) -> EvidenceSource {
        let snapshot: LogSnapshot
        do throws(LogReadFailure) {
            snapshot = try LogSnapshot(directory: FilePath(log.directory.text))
        } catch {
            throw .reading(error)
        }
        let signers: [NoteSigner]
        do throws(CommandFailure) {
            signers = try SigningKey.read(log)
        } catch {
            throw .unsigned(error.message?.plain ?? "the key cannot be read")
        }
        // An older copy of the log may have taken its place meanwhile.
        guard let checkpoint = ticket.checkpoint, let newest = snapshot.newest else {
            throw .notAsSigned
        }
        do throws(EvidenceFailure) {
            _ = try EvidenceSource.continuing(checkpoint, to: newest, of: snapshot)
        } catch {
            guard case .notContinued = error else { throw error }
            throw .notAsSigned
        }
        return EvidenceSource(
            snapshot: snapshot, checkpoint: checkpoint, keys: ledger.signingKeys, signers: signers,
            remembered: ticket.remembered, policies: [:], configuration: configuration())
    }

    /// Records that a job is complete, or has ended without anybody who could remove it: the proxy did that; who wanted it
    /// says the record that has the job's id.
    private func record(
        _ job: ExportJob, rows: UInt64, ended: QueryFacts.End?
    ) throws(EvidenceFailure) {
        let range = job.ticket.order.range ?? 0..<job.ticket.size
        let facts = QueryFacts(
            hash: job.ticket.hash, rows: rows,
            range: "\(range.lowerBound)..<\(range.upperBound)", purpose: nil, began: job.id,
            ended: ended)
        do throws(CommandFailure) {
            try ledger.record(ledger.reading(.export, facts, by: .system).record)
        } catch {
            throw .notRecorded
        }
    }

    /// Bytes that the disk has for a path; nil where that cannot be said.
    private static func free(_ path: FilePath) -> UInt64? {
        var status = statvfs()
        // Safe: the structure lives through the call, which fills it in and keeps nothing of the path.
        guard unsafe statvfs(path.string, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
