// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts
package import AuditRecords
package import ByteCoding

/// What is asked for, held and done about personal values, as the log's writer knows and does it.
package struct PrivacyOffice: Sendable {
    package var standing: @Sendable () -> PrivacyStanding
    /// Judges, records and does something; blocks until all of it is done.
    package var carryOut:
        @Sendable (PrivacyFacts, AccountIdentity) throws(PrivacyObstacle) -> UniqueID
    /// What stands against carrying out a request as things are; nil if nothing does.
    package var obstacle: @Sendable (PrivacyStanding.Request) -> String?

    package init(
        standing: @escaping @Sendable () -> PrivacyStanding,
        carryOut:
            @escaping @Sendable (PrivacyFacts, AccountIdentity) throws(PrivacyObstacle) -> UniqueID,
        obstacle: @escaping @Sendable (PrivacyStanding.Request) -> String?
    ) {
        self.standing = standing
        self.carryOut = carryOut
        self.obstacle = obstacle
    }
}

/// Why something was not done about personal values, or not to its end.
package struct PrivacyObstacle: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// It must not be done as things are.
        case refused
        /// The log took no record of it: nothing was done.
        case unrecorded
        /// It is recorded, and the rest is done later.
        case unfinished
    }

    package var kind: Kind
    /// Sentences that say why, and what to do.
    package var words: String

    package init(_ kind: Kind, _ words: String) {
        self.kind = kind
        self.words = words
    }
}
