// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import SignedNotes

/// What a log is verified against.
package struct VerificationOptions: Sendable {
    /// Keys and quorum; nil leaves signatures undecided.
    package var policy: TrustPolicy?
    /// The file with the last checkpoint seen; nil the first time.
    package var remembered: [UInt8]?
    /// How old the newest record may be; nil for any age.
    package var maxAge: Duration?
    /// The time against which age is measured.
    package var now: UTCInstant
    /// How many witnesses of the policy must have cosigned the published checkpoint.
    package var requiredWitnesses: Int
    /// How many segments are read at a time.
    package var jobs: Int

    package init(
        policy: TrustPolicy?, remembered: [UInt8]?, maxAge: Duration?, now: UTCInstant,
        requiredWitnesses: Int, jobs: Int
    ) {
        self.policy = policy
        self.remembered = remembered
        self.maxAge = maxAge
        self.now = now
        self.requiredWitnesses = requiredWitnesses
        self.jobs = max(1, jobs)
    }
}

/// How far a verification has come.
package struct VerificationProgress: Sendable {
    /// Records read so far, in no particular order.
    package let records: UInt64
    /// Records that the newest checkpoint covers.
    package let total: UInt64
}
