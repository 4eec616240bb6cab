// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle
package import SignedNotes

/// Everything that verifying a log came to.
package struct VerificationReport: Sendable {
    package let origin: LogOrigin?
    /// Records that the newest checkpoint speaks of.
    package let size: TreeSize
    /// The root of the records as they are stored; nil where they could not all be read.
    package let root: RootHash?
    package let recordsRead: UInt64
    package let checkpointsChecked: Int
    /// How often the proxy was started.
    package let starts: Int
    /// `written.time` of the newest record.
    package let newestTime: UTCInstant?
    package let disclosures: DisclosureTally
    /// Keys that were destroyed, each with the record that says so.
    package let erasures: [Erasure]
    /// The largest checkpoint that the policy accepts; remember it for the next time, if
    /// ``mayBeRemembered``.
    package let verified: VerifiedCheckpoint?
    package let findings: [Finding]

    package var verdict: VerificationVerdict { VerificationVerdict(findings) }

    /// Whether integrity and history are good, so that the newest checkpoint may replace the remembered
    /// one.
    package var mayBeRemembered: Bool {
        verified != nil
            && !findings.contains { [.integrity, .rollback].contains($0.concern) }
    }

    /// The findings of one concern, by the first record concerned.
    package func findings(about concern: Concern) -> [Finding] {
        findings.filter { $0.concern == concern }
    }
}
