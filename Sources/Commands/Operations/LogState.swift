// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogReading
import Merkle
import Messages
import Server
import Settings
import SystemPackage

/// The state of a log and its server at one moment.
struct LogState: Sendable {
    let settings: DeploymentSettings
    let server: AdminStatus?
    /// Nil where no log was made yet.
    let snapshot: LogSnapshot?
    /// When the newest record was sequenced.
    let newest: UTCInstant?
    let disk: DiskSpace?
    let clock: ClockFacts
    let now: UTCInstant

    static func read(_ settings: DeploymentSettings) async throws(CommandFailure) -> LogState {
        let server = await AdminStatus.ask(settings)
        let directory = settings.log.directory.text
        var snapshot: LogSnapshot?
        var newest: UTCInstant?
        if LocalFile.exists(directory) {
            do throws(LogReadFailure) {
                let found = try LogSnapshot(directory: .init(directory))
                snapshot = found
                newest = try found.newestTime()
            } catch {
                throw CommandFailure(error)
            }
        }
        return LogState(
            settings: settings, server: server, snapshot: snapshot, newest: newest,
            disk: DiskSpace(of: LocalFile.nearestFolder(to: directory)),
            clock: LedgerClock.system.facts(),
            now: CommandContext.current.now())
    }

    /// Whole seconds since the newest record; a clock that was set back counts as none.
    var ageSeconds: Int64? {
        newest.map { max(0, now.seconds - $0.seconds) }
    }
}

extension LogSnapshot {
    fileprivate func newestTime() throws(LogReadFailure) -> UTCInstant? {
        guard size.count > 0 else { return nil }
        let leaf = try leaf(at: LeafIndex(size.count - 1))
        do throws(RecordFault) {
            return try Record(leaf: leaf).logTime
        } catch {
            // A damaged record has no time; `verify` says what is wrong with it.
            return nil
        }
    }
}
