// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import AuditRecords
import Console
import NIOPosix

/// What all operations share: where answers come from, threads that may wait for a disk, and the record of each reading.
package final class AuditorDesk: Sendable {
    package let sources: AuditorSources
    private let slots = SearchSlots()
    /// Searches wait here for the disk, apart from everything that lets people in.
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    init(_ sources: AuditorSources) { self.sources = sources }

    /// Does something on a thread that may block.
    package func reading<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await Self.threads.runIfActive(work)
    }

    /// A place among the searches; refuses whoever has enough of them under way.
    func slot(for reader: AccountIdentity) throws -> SearchSlots.Slot {
        guard let slot = slots.take(reader.id) else {
            throw AuditorProblem.tooManyQueries.problem(
                "Too many searches are under way.",
                remedy: "Wait for those that you have begun; \(SearchSlots.mostOfOne) at a time.",
                retryAfter: 1)
        }
        return slot
    }

    /// Writes the record of a reading. Blocks; nothing of what was read may leave before it returns.
    package func record(
        _ reading: AuditorReading, by reader: AccountIdentity
    ) throws -> RecordedReading {
        var reading = reading
        reading.facts.isBlind = !reader.rights.contains(.personalRead)
        do {
            return try sources.record(reading, reader)
        } catch {
            throw AuditorProblem.unrecorded.problem(
                "Every reading is a record, and the log takes none now.",
                remedy: "Ask again once /readyz says that the log takes records.", retryAfter: 10)
        }
    }

    /// Refuses what takes a right that somebody lacks, which is a record.
    package func require(_ right: Right, of reader: AccountIdentity) async throws {
        guard !reader.rights.contains(right) else { return }
        do throws(LoginRefusal) {
            try await sources.accounts.deny(reader, right)
        } catch {
            throw AuditorProblem.unrecorded.problem(
                "Every refusal is a record, and the log takes none now.",
                remedy: "Ask again once /readyz says that the log takes records.", retryAfter: 10)
        }
        throw AuditorProblem.rightMissing.problem(
            "This takes the right \(right.rawValue), which you do not have.",
            remedy: "Ask whoever manages accounts for a role or a token with it.")
    }
}
