// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import ByteCoding
package import LogReading
package import Observability
package import SignedNotes

/// Where the console's answers come from; each is asked again for every request.
package struct ConsoleSources: Sendable {
    /// The log as it stands now. Blocks, and is called off the event loops.
    package var log: @Sendable () throws -> StaticLog
    /// The keys that verify the log, the newest first.
    package var keys: @Sendable () -> [NoteVerifierKey]
    /// Why no accesses are served now; nil while they are. Never waits for a disk.
    package var obstacle: @Sendable () -> String?
    /// How the proxy stands, for programs.
    package var status: @Sendable () -> JSONValue
    /// Returns once the log has more than so many records, is closed, or the task is cancelled.
    package var growth: @Sendable (_ size: UInt64) async -> Void
    /// What the proxy counts.
    package var metrics: @Sendable () -> [Metric]
    /// Who may look.
    package var accounts: AccountOffice
    /// What the pages of this room look like.
    package var frame = ConsoleFrame.plain

    package init(
        log: @escaping @Sendable () throws -> StaticLog,
        keys: @escaping @Sendable () -> [NoteVerifierKey],
        obstacle: @escaping @Sendable () -> String?, status: @escaping @Sendable () -> JSONValue,
        growth: @escaping @Sendable (_ size: UInt64) async -> Void,
        metrics: @escaping @Sendable () -> [Metric], accounts: AccountOffice
    ) {
        self.log = log
        self.keys = keys
        self.obstacle = obstacle
        self.status = status
        self.growth = growth
        self.metrics = metrics
        self.accounts = accounts
    }
}
