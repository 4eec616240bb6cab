// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// One number that its owner counts up and down and anybody may read.
///
/// As with ``OwnedCells``, the owner is one thread at a time and pays a load and a store, not a locked addition.
package struct OwnedCounter: ~Copyable, Sendable {
    private let number = Atomic<Int>(0)

    package init() {}

    /// For anybody.
    package var value: Int { number.load(ordering: .relaxed) }

    /// For the owner only.
    package func count(_ more: Int = 1) {
        number.store(number.load(ordering: .relaxed) &+ more, ordering: .relaxed)
    }

    /// For the owner only.
    package func uncount() { count(-1) }
}
