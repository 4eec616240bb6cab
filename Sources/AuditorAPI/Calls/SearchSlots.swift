// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many searches may be under way, in all and of one account, so that nobody keeps others from looking.
final class SearchSlots: Sendable {
    /// Whoever has more than these waits for their own.
    static let mostOfOne = 4
    private static let most = 16

    private let taken = Mutex<[String: Int]>([:])

    /// A place, given back when nobody holds it any more; nil if there is none.
    func take(_ account: String) -> Slot? {
        let isTaken = taken.withLock { taken in
            guard taken[account, default: 0] < Self.mostOfOne,
                taken.values.reduce(0, +) < Self.most
            else { return false }
            taken[account, default: 0] += 1
            return true
        }
        return isTaken ? Slot(self, account) : nil
    }

    private func give(_ account: String) {
        taken.withLock { taken in
            let rest = taken[account, default: 1] - 1
            taken[account] = rest > 0 ? rest : nil
        }
    }

    /// A search under way, for as long as somebody holds this: also while its rows are still being written.
    final class Slot: Sendable {
        private let slots: SearchSlots
        private let account: String

        fileprivate init(_ slots: SearchSlots, _ account: String) {
            self.slots = slots
            self.account = account
        }

        deinit { slots.give(account) }
    }
}
