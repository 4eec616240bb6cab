// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import AuditorAPI
import ByteCoding
import Merkle
import SignedNotes
import Synchronization
import SystemPackage
import Verification

/// How a log stands that nobody writes any more, checked when a test says so.
final class StillLog: Sendable {
    private struct State {
        var standing = LogCheckStanding(last: nil)
        var hurries = 0
        var erasure: PrivacyStanding.Erasure?
    }

    private let state = Mutex(State())
    let boot: UniqueID

    init(boot: UniqueID) { self.boot = boot }

    /// How often somebody wanted a check at once.
    var hurries: Int { state.withLock { $0.hurries } }

    /// Somebody is erased.
    func erase(_ erasure: PrivacyStanding.Erasure) { state.withLock { $0.erasure = erasure } }

    /// Checks a log's directory as its server would.
    func check(_ directory: FilePath, _ keys: [NoteVerifierKey], now: UTCInstant) async throws {
        let report = try await LogVerifier(
            VerificationOptions(
                policy: TrustPolicy(logKeys: keys), remembered: nil, maxAge: nil, now: now,
                requiredWitnesses: 0, jobs: 1)
        ) { _ in }.verify(directory: directory)
        state.withLock { state in
            state.standing.begin(at: .zero, now: now, logSize: report.size.count)
            _ = state.standing.end(report, at: .seconds(2))
        }
    }

    var live: LiveLog {
        LiveLog(
            growth: { _ in nil }, check: { (self.state.withLock { $0.standing }, .seconds(60)) },
            hurry: { self.state.withLock { $0.hurries += 1 } },
            facts: {
                LiveLog.Facts(
                    origin: "audit.example.com/test", boot: self.boot, keys: [], unrecorded: 0,
                    lost: 0, holds: 2, requests: 1,
                    clock: ClockFacts(
                        source: "ntp", offsetMicroseconds: 10, errorMicroseconds: 900,
                        isSynchronized: true), durability: "synced", obstacle: nil)
            }, erasure: { self.state.withLock { $0.erasure } }, warn: { _ in })
    }
}
