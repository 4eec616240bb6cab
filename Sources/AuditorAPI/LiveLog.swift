// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
package import SignedNotes
package import Verification

/// The log as the process sees it that writes it.
package struct LiveLog: Sendable {
    /// Returns the log's size once it has more than so many records; nil if it is closed, or the task is cancelled.
    package var growth: @Sendable (_ size: UInt64) async -> UInt64?
    /// How the checks of the whole log stand, and when the next one begins; nil while one is under way.
    package var check: @Sendable () -> (standing: LogCheckStanding, next: Duration?)
    /// Has the next check begin at once.
    package var hurry: @Sendable () -> Void
    package var facts: @Sendable () -> Facts
    /// The newest erasure: whoever opened values before it may hold keys that are gone.
    package var erasure: @Sendable () -> PrivacyStanding.Erasure?
    /// Is told what nobody who asks can be told.
    package var warn: @Sendable (String) -> Void

    package init(
        growth: @escaping @Sendable (_ size: UInt64) async -> UInt64?,
        check: @escaping @Sendable () -> (standing: LogCheckStanding, next: Duration?),
        hurry: @escaping @Sendable () -> Void, facts: @escaping @Sendable () -> Facts,
        erasure: @escaping @Sendable () -> PrivacyStanding.Erasure?,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.growth = growth
        self.check = check
        self.hurry = hurry
        self.facts = facts
        self.erasure = erasure
        self.warn = warn
    }

    /// What it knows of itself at one moment.
    package struct Facts: Sendable {
        package var origin: String
        /// The boot that writes now.
        package var boot: UniqueID
        /// The keys that sign, the newest first.
        package var keys: [NoteVerifierKey]
        /// Accesses of this boot that went through without a record, because their route says so.
        package var unrecorded: UInt64
        /// Records of this boot that found no room.
        package var lost: UInt64
        package var holds: Int
        /// Requests for erasure or release on which nobody has decided.
        package var requests: Int
        package var clock: ClockFacts
        package var durability: String
        /// Why the log takes no records; nil while it does.
        package var obstacle: String?

        package init(
            origin: String, boot: UniqueID, keys: [NoteVerifierKey], unrecorded: UInt64,
            lost: UInt64, holds: Int, requests: Int, clock: ClockFacts, durability: String,
            obstacle: String?
        ) {
            self.origin = origin
            self.boot = boot
            self.keys = keys
            self.unrecorded = unrecorded
            self.lost = lost
            self.holds = holds
            self.requests = requests
            self.clock = clock
            self.durability = durability
            self.obstacle = obstacle
        }
    }
}
