// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import LogReading
internal import Merkle
internal import RecordForms
internal import SignedNotes
internal import Synchronization
package import SystemPackage
internal import Verification

/// Exports that a server makes in the background, each in a folder of its own, which is all that there is of it: so jobs
/// survive a restart, and go on where they were.
///
/// It knows no network and no thread: whoever has one of each asks it, and gives it turns.
///
/// ## Invariants
/// - `RecordedBeforeFetched`: no file can be opened before the record of the export is durable.
package final class ExportJobs: Sendable {
    /// What jobs may take.
    package struct Limits: Sendable {
        /// Jobs at a time, those included that are done.
        package var jobs: Int
        /// How long one that is done can be fetched.
        package var kept: Duration

        package init(jobs: Int, kept: Duration) {
            self.jobs = jobs
            self.kept = kept
        }
    }

    /// What a turn needs of the log, and what it has recorded there.
    package struct Surroundings {
        /// The log as it is, for an order.
        package var source: (ExportTicket) throws(EvidenceFailure) -> EvidenceSource
        /// Opens what is disclosed.
        package var values: (EvidenceSource, EvidenceOrder) -> ValueReader
        /// Makes the record of an export durable, with what it holds; after it, the files may be fetched.
        package var record: (ExportJob, ExportJob.Outcome) throws(EvidenceFailure) -> Void
        /// Whether the turn is to end where it is, to be gone on with.
        package var pauses: () -> Bool
        package var now: () -> UTCInstant

        package init(
            source: @escaping (ExportTicket) throws(EvidenceFailure) -> EvidenceSource,
            values: @escaping (EvidenceSource, EvidenceOrder) -> ValueReader,
            record: @escaping (ExportJob, ExportJob.Outcome) throws(EvidenceFailure) -> Void,
            pauses: @escaping () -> Bool, now: @escaping () -> UTCInstant
        ) {
            self.source = source
            self.values = values
            self.record = record
            self.pauses = pauses
            self.now = now
        }
    }

    private struct State {
        var jobs: [UniqueID: ExportJob] = [:]
        /// Those whose turn is to end for good.
        var cancelled: Set<UniqueID> = []
    }

    private static let endName = "job.json"

    private let folder: FilePath
    private let limits: Limits
    private let state = Mutex(State())

    /// Takes over what an earlier run left.
    ///
    /// - Parameter folder: there, for the server only.
    /// - Throws: where it cannot be read; a single job that is damaged becomes one that failed.
    package init(_ folder: FilePath, _ limits: Limits) throws(EvidenceFailure) {
        self.folder = folder
        self.limits = limits
        let names = try EvidenceFailure.reading { () throws(LogReadFailure) in
            try FolderNames.of(folder, most: 100_000)
        }
        for name in names where UniqueID(name) != nil {
            let path = folder.appending(name)
            guard let job = try Self.found(at: path) else {
                // It was cut off before its order was durable, so nobody was told that it is there.
                try FolderRemoval.remove(path)
                continue
            }
            state.withLock { $0.jobs[job.id] = job }
        }
    }

    /// What an earlier run left of a job; nil where there is no whole order.
    private static func found(at path: FilePath) throws(EvidenceFailure) -> ExportJob? {
        let place: ExportPlace
        do throws(EvidenceFailure) {
            place = try ExportPlace(resuming: path)
        } catch {
            guard case .unusable = error else { throw error }
            return nil
        }
        var job = ExportJob(place.ticket)
        guard job.id.text == path.lastComponent?.string else { return nil }
        do throws(EvidenceFailure) {
            if let ended = try place.read(Self.endName) {
                try job.take(ended: SavedState(ended, of: path))
            }
        } catch {
            job.standing = .failed("what was kept of its end is damaged; ask for it again.")
        }
        return job
    }

    /// All jobs, the oldest first.
    package var all: [ExportJob] {
        state.withLock { $0.jobs.values.sorted { $0.id.text < $1.id.text } }
    }

    package func job(_ id: UniqueID) -> ExportJob? { state.withLock { $0.jobs[id] } }

    /// Takes an order; once this returns, it is durable.
    ///
    /// - Returns: nil where there are too many.
    package func add(_ ticket: ExportTicket) throws(EvidenceFailure) -> ExportJob? {
        let job = ExportJob(ticket)
        let isTaken = state.withLock { state in
            guard state.jobs.count < limits.jobs, state.jobs[job.id] == nil else { return false }
            state.jobs[job.id] = job
            return true
        }
        guard isTaken else { return nil }
        do throws(EvidenceFailure) {
            _ = try ExportPlace(path(of: job.id), ticket, isPrivate: true)
        } catch {
            state.withLock { $0.jobs[job.id] = nil }
            throw error
        }
        return job
    }

    /// Ends a job and removes what there is of it; one that is being made goes with its turn.
    ///
    /// - Returns: whether there was one.
    package func remove(_ id: UniqueID) throws(EvidenceFailure) -> Bool {
        let found = state.withLock { state -> ExportJob? in
            guard let job = state.jobs[id] else { return nil }
            if job.standing == .running {
                state.cancelled.insert(id)
            } else {
                state.jobs[id] = nil
            }
            return job
        }
        guard let found else { return false }
        if found.standing != .running { try FolderRemoval.remove(path(of: id)) }
        return true
    }

    /// Removes what can no longer be fetched.
    package func expire(_ now: UTCInstant) throws(EvidenceFailure) {
        for job in all where job.outcome.map({ $0.until <= now }) ?? false {
            _ = try remove(job.id)
        }
    }

    /// Removes every job that holds values of persons, or was asked for by them: after an erasure, none of what was opened
    /// before stays here.
    ///
    /// - Returns: how many.
    package func removePersonal() throws(EvidenceFailure) -> Int {
        var count = 0
        for job in all where job.isPersonal {
            if try remove(job.id) { count += 1 }
        }
        return count
    }

    /// The path of a file that may be fetched; nil for any other.
    package func path(of file: String, of id: UniqueID) -> FilePath? {
        guard let job = job(id), job.standing == .done,
            job.outcome?.files.contains(where: { $0.name == file }) == true
        else { return nil }
        return path(of: id).appending(file)
    }

    private func path(of id: UniqueID) -> FilePath { folder.appending(id.text) }

    // MARK: Turns

    /// Makes the oldest job that waits, or goes on with it.
    ///
    /// - Returns: whether there was one; false also where the turn was to end.
    package func turn(_ surroundings: Surroundings) throws(EvidenceFailure) -> Bool {
        let next = state.withLock { state -> ExportJob? in
            let waiting = state.jobs.values.filter { $0.standing == .waiting }
            guard var job = waiting.min(by: { $0.id.text < $1.id.text }) else { return nil }
            job.standing = .running
            state.jobs[job.id] = job
            return job
        }
        guard let next else { return false }
        let place: ExportPlace
        let outcome: ExportJob.Outcome?
        do throws(EvidenceFailure) {
            place = try ExportPlace(resuming: path(of: next.id))
            outcome = try make(next, place, surroundings)
            if let outcome, !isCancelled(next.id) {
                // RecordedBeforeFetched: the job is done, for anybody who asks, after its record.
                try surroundings.record(next, outcome)
            }
        } catch {
            return try ended(next, .failed(error.message), nil)
        }
        guard let outcome else {
            let isOver = isCancelled(next.id)
            if isOver { return try ended(next, .waiting, nil) }
            update(next.id) { $0.standing = .waiting }
            return false
        }
        return try ended(next, .done, outcome)
    }

    private func isCancelled(_ id: UniqueID) -> Bool {
        state.withLock { $0.cancelled.contains(id) }
    }

    private func update(_ id: UniqueID, _ change: (inout ExportJob) -> Void) {
        state.withLock { state in
            guard var job = state.jobs[id] else { return }
            change(&job)
            state.jobs[id] = job
        }
    }

    /// Keeps how a job ended; one that was cancelled meanwhile leaves nothing.
    private func ended(
        _ job: ExportJob, _ standing: ExportJob.Standing, _ outcome: ExportJob.Outcome?
    ) throws(EvidenceFailure) -> Bool {
        let path = path(of: job.id)
        let wasCancelled = state.withLock { state in
            guard state.cancelled.remove(job.id) != nil else { return false }
            state.jobs[job.id] = nil
            return true
        }
        guard !wasCancelled else {
            try FolderRemoval.remove(path)
            return true
        }
        var job = job
        (job.standing, job.outcome, job.progress) = (standing, outcome, nil)
        if case .failed = standing { try FolderRemoval.remove(path.appending("content")) }
        if let ended = job.ended { try ExportPlace.keep(ended, as: Self.endName, in: path) }
        update(job.id) { $0 = job }
        return true
    }

    /// - Returns: nil if it was to pause.
    private func make(
        _ job: ExportJob, _ place: ExportPlace, _ surroundings: Surroundings
    ) throws(EvidenceFailure) -> ExportJob.Outcome? {
        let ticket = place.ticket
        let source = try surroundings.source(ticket)
        let claim = source.checkpoint.claim
        guard claim.origin.text == ticket.origin, claim.size.count == ticket.size,
            claim.root == ticket.root
        else { throw .notAsSigned }
        if place.state == nil { try place.clear() }
        var values = surroundings.values(source, ticket.order)
        let pace = ExportPace(
            state: place.state,
            progress: { progress in self.update(job.id) { $0.progress = progress } },
            pauses: { surroundings.pauses() || self.isCancelled(job.id) },
            keep: { state throws(EvidenceFailure) in try place.keep(state) },
            keepEvery: 32)
        let until = UTCInstant(
            microseconds: surroundings.now().microseconds
                + limits.kept.components.seconds * 1_000_000)
        guard let form = DerivedForm(rawValue: ticket.form) else {
            return try pack(place, source, &values, pace, until)
        }
        var writer = ListWriter(ticket.order, source, form)
        let name = { (part: Int) in
            part == 1 ? "list.\(form.ending)" : "list-\(part).\(form.ending)"
        }
        let parts = try writer.write(
            &values, isMarked: true, rowsInPart: PackFormat.rowsInPart,
            name: { place.content.appending(name($0)) }, pace)
        guard let parts else { return nil }
        var files: [ExportJob.File] = []
        for part in 1...parts {
            files.append(try Self.file("content/" + name(part), in: place.folder))
        }
        return ExportJob.Outcome(
            records: writer.records, matches: writer.records, undecided: writer.undecided,
            files: files, until: until)
    }

    private func pack(
        _ place: ExportPlace, _ source: EvidenceSource, _ values: inout ValueReader,
        _ pace: ExportPace, _ until: UTCInstant
    ) throws(EvidenceFailure) -> ExportJob.Outcome? {
        var writer = PackWriter(place.ticket.order, source, to: place.content)
        guard let summary = try writer.write(&values, pace) else { return nil }
        let archive = "pack.tar"
        try PackArchive.write(
            summary.files, to: place.folder.appending(archive), isPrivate: true)
        // What is handed over was judged as its receiver will judge it.
        let report = try EvidenceFailure.reading { () throws(LogReadFailure) in
            try PackCheck(
                policy: source.keys.isEmpty ? nil : TrustPolicy(logKeys: source.keys),
                requiredWitnesses: 0, remembered: nil
            ).check(try PackSource(place.folder.appending(archive))) { _ in }
        }
        guard report.findings.allSatisfy({ $0.kind == .notCovered || $0.kind == .absent }) else {
            throw .notAsSigned
        }
        return ExportJob.Outcome(
            records: summary.records, matches: summary.matches, undecided: summary.undecided,
            files: [try Self.file(archive, in: place.folder)], until: until)
    }

    private static func file(
        _ name: String, in folder: FilePath
    ) throws(EvidenceFailure) -> ExportJob.File {
        ExportJob.File(name: name, mark: try FileMark(of: folder.appending(name)))
    }
}
