// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle
package import SignedNotes

/// The result of verifying a log.
package struct VerificationReport: Sendable {
    package let origin: LogOrigin?
    /// Records that the newest checkpoint covers.
    package let size: TreeSize
    /// The root of the records as stored, with the stored hash of each that could not be read; nil where that is missing,
    /// too.
    package let root: RootHash?
    package let recordsRead: UInt64
    /// Leaves among them, and places without one, in which no record could be read.
    let unreadable: UInt64
    package let checkpointsChecked: Int
    /// How often the proxy was started.
    package let starts: Int
    /// What each of these wrote and lost, in the order they begin.
    package let boots: [BootAccount]
    /// How many of these acknowledged records before they were on the disk.
    package let unsyncedStarts: UnsyncedStarts
    /// `written.time` of the newest record.
    package let newestTime: UTCInstant?
    package let disclosures: DisclosureTally
    /// Destroyed keys, each with the record that explains it.
    package let erasures: [Erasure]
    /// The largest checkpoint that the policy accepts; remember it for the next time, if
    /// ``mayBeRemembered``.
    package let verified: VerifiedCheckpoint?
    package let findings: [Finding]

    package var verdict: VerificationVerdict { VerificationVerdict(findings) }

    /// Whether integrity and history are sound, so that the newest checkpoint may replace the remembered one.
    package var mayBeRemembered: Bool {
        verified != nil
            && !findings.contains { [.integrity, .rollback].contains($0.concern) }
    }

    /// Why nobody can say whether anything is missing, although nothing was found to be; nil where one can.
    var completenessDoubt: String? {
        guard size != .empty else { return "there is no record" }
        let unknown = findings.first { [.laterSchema, .foreignLeaves].contains($0.code) }
        if recordsRead == size.count, let unknown {
            return "\(unknown.count) of \(size.count) records are of another schema"
        }
        guard unreadable > 0 else { return nil }
        return "\(size.count - unreadable) of \(size.count) records were read"
    }

    /// The findings of one concern, by the first record concerned.
    package func findings(about concern: Concern) -> [Finding] {
        findings.filter { $0.concern == concern }
    }
}
