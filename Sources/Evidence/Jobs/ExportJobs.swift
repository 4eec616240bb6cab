// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
internal import LogReading
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
    private struct State {
        var jobs: [UniqueID: ExportJob] = [:]
        /// Whose orders are being written: they count, and nobody begins with them yet.
        var coming: [UniqueID: String] = [:]
        /// Those whose turn is to end for good, and how.
        var ending: [UniqueID: Ending] = [:]
    }

    private enum Ending {
        case removed
        /// What it held is gone, and that it was there is kept.
        case gone(ExportJob.Standing)
    }

    private let folder: FilePath
    private let limits: Limits
    private let state = Mutex(State())

    /// Takes over what an earlier run left.
    ///
    /// - Parameter folder: for the server only; made with the first job where there is none.
    /// - Throws: where it cannot be read; a single job that is damaged becomes one that failed.
    package init(_ folder: FilePath, _ limits: Limits) throws(EvidenceFailure) {
        self.folder = folder
        self.limits = limits
        let names = try EvidenceFailure.reading { () throws(LogReadFailure) in
            try FolderNames.of(folder, most: 100_000)
        }
        for name in names where UniqueID(name) != nil {
            let path = folder.appending(name)
            guard let job = try ExportJob.found(at: path) else {
                // It was cut off before its order was durable, so nobody was told that it is there.
                try FolderRemoval.remove(path)
                continue
            }
            if job.standing.isGone { try clear(job) }
            state.withLock { $0.jobs[job.id] = job }
        }
    }

    /// All jobs, the oldest first.
    package var all: [ExportJob] {
        state.withLock { $0.jobs.values.sorted { $0.id.text < $1.id.text } }
    }

    package func job(_ id: UniqueID) -> ExportJob? { state.withLock { $0.jobs[id] } }

    /// Why nobody, or not this maker, may give a further order; nil where they may.
    package func refusal(of maker: String) -> Refusal? {
        let all = all
        if all.count(where: { $0.maker == maker }) >= limits.ofOne { return .tooManyOfOne }
        if all.count >= limits.jobs { return .tooMany }
        return bytes >= limits.bytes ? .noRoom : nil
    }

    /// What all jobs take of the disk, as far as is known.
    package var bytes: Int64 { all.reduce(0) { $0 + $1.bytes } }

    /// Takes an order; once this returns, it is durable.
    ///
    /// - Returns: nil where there are too many.
    package func add(_ ticket: ExportTicket) throws(EvidenceFailure) -> ExportJob? {
        let job = ExportJob(ticket)
        let isTaken = state.withLock { state in
            let ofOne =
                state.jobs.values.count { $0.maker == job.maker }
                + state.coming.values.count { $0 == job.maker }
            guard state.jobs.count + state.coming.count < limits.jobs, ofOne < limits.ofOne,
                state.jobs[job.id] == nil, state.coming[job.id] == nil
            else { return false }
            state.coming[job.id] = job.maker
            return true
        }
        guard isTaken else { return nil }
        let written = Result { () throws(EvidenceFailure) in
            try ExportPlace.makeFolderIfNone(folder)
            _ = try ExportPlace(path(of: job.id), ticket, isPrivate: true)
        }
        state.withLock { state in
            state.coming[job.id] = nil
            if case .success = written { state.jobs[job.id] = job }
        }
        try written.get()
        return job
    }

    /// Ends a job and removes what there is of it; one that is being made goes with its turn.
    ///
    /// - Returns: whether there was one.
    package func remove(_ id: UniqueID) throws(EvidenceFailure) -> Bool {
        let found = state.withLock { state -> ExportJob? in
            guard let job = state.jobs[id] else { return nil }
            if job.standing == .running {
                state.ending[id] = .removed
            } else {
                state.jobs[id] = nil
            }
            return job
        }
        guard let found else { return false }
        if found.standing != .running { try FolderRemoval.remove(path(of: id)) }
        return true
    }

    /// Removes what can no longer be fetched, or asked about.
    package func expire(_ now: UTCInstant) throws(EvidenceFailure) {
        for job in all {
            let until: UTCInstant? =
                switch job.standing {
                case .waiting, .running: nil
                case .done: job.outcome?.until
                case .failed, .erased, .accountRemoved: limits.end(job.ticket.order.request.time)
                }
            guard let until, until <= now else { continue }
            _ = try remove(job.id)
        }
    }

    /// Ends every job that holds values of persons, or was found by them, and was ordered before they were erased. Which
    /// persons' is not looked for: what is asked for again holds the others' still.
    ///
    /// - Returns: how many.
    @discardableResult
    package func end(by erasure: PrivacyStanding.Erasure) throws(EvidenceFailure) -> Int {
        var count = 0
        for job in all where job.isPersonal && job.orderedAt <= erasure.settled {
            if try end(job.id, as: .erased(erasure)) { count += 1 }
        }
        return count
    }

    /// Ends a job whose account was removed: what it holds is gone, and in its place is when that was.
    ///
    /// - Returns: whether there was anything to end.
    @discardableResult
    package func endWithAccount(_ id: UniqueID, at time: UTCInstant) throws(EvidenceFailure) -> Bool
    {
        try end(id, as: .accountRemoved(time))
    }

    /// - Parameter gone: what becomes of it.
    private func end(
        _ id: UniqueID, as gone: ExportJob.Standing
    ) throws(EvidenceFailure) -> Bool {
        let found = state.withLock { state -> ExportJob? in
            guard var job = state.jobs[id] else { return nil }
            switch job.standing {
            case .erased, .accountRemoved: return job.isCleared ? nil : job
            case .running:
                if state.ending[id] == nil { state.ending[id] = .gone(gone) }
            case .waiting, .done, .failed:
                // From here on, nothing of it is handed out.
                job.standing = gone
                state.jobs[id] = job
            }
            return job
        }
        guard let found else { return false }
        if found.standing.isGone { try keepGone(found) }
        return true
    }

    /// Keeps why what a job held is gone, and then removes it.
    private func keepGone(_ job: ExportJob) throws(EvidenceFailure) {
        if let ended = job.ended {
            try ExportPlace.keep(ended, as: ExportJob.endName, in: path(of: job.id))
        }
        try clear(job)
    }

    /// Removes files and texts of a job that is gone, of which there may be a part only.
    private func clear(_ job: ExportJob) throws(EvidenceFailure) {
        let ticket = job.ticket.withoutTexts
        try ExportPlace.clear(path(of: job.id), leaving: ticket, and: [ExportJob.endName])
        state.withLock { state in
            guard let known = state.jobs[job.id] else { return }
            var cleared = ExportJob(ticket)
            cleared.standing = known.standing
            state.jobs[job.id] = cleared
        }
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
            if let outcome, !isEnding(next.id) {
                // RecordedBeforeFetched: the job is done, for anybody who asks, after its record.
                try surroundings.record(next, outcome)
            }
        } catch {
            return try ended(next, .failed(error.message), nil)
        }
        guard let outcome else {
            if isEnding(next.id) { return try ended(next, .waiting, nil) }
            update(next.id) { $0.standing = .waiting }
            return false
        }
        return try ended(next, .done, outcome)
    }

    private func isEnding(_ id: UniqueID) -> Bool {
        state.withLock { $0.ending[id] != nil }
    }

    private func update(_ id: UniqueID, _ change: (inout ExportJob) -> Void) {
        state.withLock { state in
            guard var job = state.jobs[id] else { return }
            change(&job)
            state.jobs[id] = job
        }
    }

    /// Keeps how a job ended; one that was to end meanwhile leaves nothing to fetch.
    private func ended(
        _ job: ExportJob, _ standing: ExportJob.Standing, _ outcome: ExportJob.Outcome?
    ) throws(EvidenceFailure) -> Bool {
        let path = path(of: job.id)
        var job = job
        let ending = state.withLock { state -> Ending? in
            guard let ending = state.ending.removeValue(forKey: job.id) else { return nil }
            switch ending {
            case .removed: state.jobs[job.id] = nil
            case .gone(let standing):
                job.standing = standing
                state.jobs[job.id] = job
            }
            return ending
        }
        switch ending {
        case .removed: try FolderRemoval.remove(path)
        case .gone: try keepGone(job)
        case nil:
            (job.standing, job.outcome, job.progress) = (standing, outcome, nil)
            do throws(EvidenceFailure) {
                try keep(job, in: path)
            } catch {
                // It goes on at the next start, as nothing says how it ended.
                job.standing = .failed(error.message)
                job.outcome = nil
                update(job.id) { $0 = job }
                throw error
            }
            let isOver = state.withLock { state in
                guard state.ending[job.id] == nil else { return true }
                state.jobs[job.id] = job
                return false
            }
            // Somebody ended it while that was kept.
            if isOver { return try ended(job, standing, outcome) }
        }
        return true
    }

    /// Keeps how a job ended, and no more of its files than can be fetched.
    private func keep(_ job: ExportJob, in path: FilePath) throws(EvidenceFailure) {
        if let ended = job.ended { try ExportPlace.keep(ended, as: ExportJob.endName, in: path) }
        let files = (job.outcome?.files ?? []).map { String($0.name.prefix { $0 != "/" }) }
        try ExportPlace.remove(path, but: Set(files).union([ExportJob.endName]))
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
        var values = surroundings.values(source, ticket)
        var isFull = false
        let pace = ExportPace(
            state: place.state,
            progress: { progress in
                self.update(job.id) { $0.progress = progress }
                isFull = self.bytes > self.limits.bytes || !surroundings.hasRoom()
            },
            pauses: { isFull || surroundings.pauses() || self.isEnding(job.id) },
            keep: { state throws(EvidenceFailure) in try place.keep(state) },
            keepEvery: 32)
        let until = limits.end(surroundings.now())
        let outcome =
            if let form = DerivedForm(rawValue: ticket.form) {
                try list(place, form, source, &values, pace, until)
            } else {
                try pack(place, source, &values, pace, until)
            }
        if outcome == nil, isFull { throw .noRoom }
        return outcome
    }

    private func list(
        _ place: ExportPlace, _ form: DerivedForm, _ source: EvidenceSource,
        _ values: inout ValueReader, _ pace: ExportPace, _ until: UTCInstant
    ) throws(EvidenceFailure) -> ExportJob.Outcome? {
        let ticket = place.ticket
        var writer = ListWriter(ticket.order, source, form)
        let name = { (part: Int) in
            part == 1 ? "list.\(form.ending)" : "list-\(part).\(form.ending)"
        }
        let parts = try writer.write(
            &values, isMarked: ticket.asked["no_bom"] == nil, rowsInPart: PackFormat.rowsInPart,
            name: { place.content.appending(name($0)) }, pace)
        guard let parts else { return nil }
        var files: [ExportJob.File] = []
        for part in 1...parts {
            files.append(try Self.file("content/" + name(part), in: place.folder))
        }
        return ExportJob.Outcome(
            records: writer.records, matches: writer.matches, undecided: writer.undecided,
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
