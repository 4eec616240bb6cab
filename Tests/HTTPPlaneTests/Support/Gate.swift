// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import NIOConcurrencyHelpers
import Synchronization
import TestSupport

/// Holds the log's writer at its next sync until a test lets it go on.
final class Gate: Sendable {
    private let lock = ConditionLock(value: 0)
    private let state = Watched(false)

    /// Blocks the writer's thread at the next sync of the commit journal.
    func close(_ storage: MemoryStorage) {
        storage.inject { _, operation, file in
            guard operation == .sync, case .commits = file else { return nil }
            self.state.update { $0 = true }
            self.lock.lock(whenValue: 1)
            self.lock.unlock()
            return nil
        }
    }

    /// Returns once the writer stands at the gate.
    func reached() async throws { _ = try await state.wait(for: "the writer") { $0 } }

    func open() {
        lock.lock()
        lock.unlock(withValue: 1)
    }
}
