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
    /// The root of the records as stored; nil if not all could be read.
    package let root: RootHash?
    package let recordsRead: UInt64
    package let checkpointsChecked: Int
    /// How often the proxy was started.
    package let starts: Int
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
        if recordsRead < size.count { return "\(recordsRead) of \(size.count) records were read" }
        guard size != .empty else { return "there is no record" }
        let unknown = findings.first { [.laterSchema, .foreignLeaves].contains($0.code) }
        return unknown.map { "\($0.count) of \(size.count) records are of another schema" }
    }

    /// The findings of one concern, by the first record concerned.
    package func findings(about concern: Concern) -> [Finding] {
        findings.filter { $0.concern == concern }
    }
}
