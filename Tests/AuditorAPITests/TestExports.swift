// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import AuditorAPI
import ByteCoding
import Evidence
import LogReading
import SignedNotes
import Synchronization
import SystemPackage
import TestSupport

/// Exports of a log that nobody writes any more, made when a test says so.
final class TestExports: Sendable {
    struct NoFolder: Error {}

    private struct State {
        var erasure: PrivacyStanding.Erasure?
        var isOff = false
        var wakes = 0
        /// Records of complete exports, by the job.
        var recorded: [UniqueID] = []
    }

    private let folder: TestDirectory
    private let log: FilePath
    private let signer: NoteSigner
    private let now: UTCInstant
    private let jobs: ExportJobs
    private let state = Mutex(State())

    init(of log: FilePath, _ signer: NoteSigner, now: UTCInstant) throws {
        folder = try TestDirectory()
        self.log = log
        self.signer = signer
        self.now = now
        jobs = try ExportJobs(
            folder.path,
            ExportJobs.Limits(jobs: 6, ofOne: 4, bytes: 1 << 30, kept: .seconds(3600)))
    }

    var wakes: Int { state.withLock { $0.wakes } }
    var recorded: [UniqueID] { state.withLock { $0.recorded } }

    var desk: ExportDesk {
        ExportDesk(
            jobs: {
                let (isOff, erasure) = self.state.withLock { ($0.isOff, $0.erasure) }
                guard !isOff else { return nil }
                guard let erasure else { return self.jobs }
                let ended = Result { () throws(EvidenceFailure) in
                    try self.jobs.end(by: erasure)
                }
                if case .failure = ended { return nil }
                return self.jobs
            }, wake: { self.state.withLock { $0.wakes += 1 } })
    }

    func switchOff() { state.withLock { $0.isOff = true } }

    /// Somebody is erased, by a record behind all that there are.
    func erase() {
        let erasure = PrivacyStanding.Erasure(index: 5000, time: now, settled: 5001)
        state.withLock { $0.erasure = erasure }
    }

    /// Makes all that wait.
    func make() throws {
        let (log, signer, now) = (log, signer, now)
        let surroundings = ExportJobs.Surroundings(
            source: { ticket throws(EvidenceFailure) in
                do {
                    guard let checkpoint = ticket.checkpoint else { throw FixtureFault.badSample }
                    return EvidenceSource(
                        snapshot: try LogSnapshot(directory: log), checkpoint: checkpoint,
                        keys: [signer.verifierKey], signers: [signer],
                        remembered: ticket.remembered, policies: [:], configuration: nil)
                } catch {
                    throw .notAsSigned
                }
            },
            values: { source, ticket in
                ticket.asked["opens"]?.bool == true
                    ? ValueReader(opening: source.snapshot) : ValueReader(sealing: source.snapshot)
            },
            record: { job, _ in self.state.withLock { $0.recorded.append(job.id) } },
            hasRoom: { true }, pauses: { false }, now: { now })
        while try jobs.turn(surroundings) {}
    }
}
