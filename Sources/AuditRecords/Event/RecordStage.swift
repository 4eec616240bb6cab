// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How far the access had got when its record was written: `stage`.
package enum RecordStage: String, CaseIterable, Sendable {
    /// The access is over, or the proxy refused it after routing.
    case complete
    /// About to be forwarded; the outcome follows as another record of the same uid.
    case started
    /// Written at the next start for a ``started`` record left without an outcome.
    case unknown
    /// Rejected before routing.
    case refused
}
