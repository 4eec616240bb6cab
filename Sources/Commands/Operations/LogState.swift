// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Ledger
import LogReading
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

    /// Whole seconds since the newest record; negative where the clock is behind it.
    var ageSeconds: Int64? { newest.map { now.seconds - $0.seconds } }

    /// How far the clock is behind the newest record; nil where it is not.
    var clockLag: ClockLag? { newest.flatMap { ClockLag(now: now, newest: $0) } }
}
