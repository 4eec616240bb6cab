// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Adds up the progress of all segments and reports it.
final class ProgressCount: Sendable {
    private let records = Atomic<UInt64>(0)
    private let total: UInt64
    private let report: @Sendable (VerificationProgress) -> Void

    init(total: UInt64, report: @escaping @Sendable (VerificationProgress) -> Void) {
        self.total = total
        self.report = report
    }

    func add(_ count: Int) {
        guard count > 0 else { return }
        let sum = records.add(UInt64(count), ordering: .relaxed).newValue
        report(VerificationProgress(records: sum, total: total))
    }
}
