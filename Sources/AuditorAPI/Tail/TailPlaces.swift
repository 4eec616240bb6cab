// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many may follow the log at once, each account and all together: every one holds a connection, and reads.
final class TailPlaces: Sendable {
    /// Of one account: a few windows, and a program or two.
    static let mostOfOne = 8
    /// Fewer than the console has connections, so that others can ask it something.
    static let most = 64

    /// Somebody's place; it is given back with its last reference, however the stream ends.
    final class Place: Sendable {
        private let places: TailPlaces
        private let account: String

        fileprivate init(_ places: TailPlaces, _ account: String) {
            self.places = places
            self.account = account
        }

        deinit { places.giveBack(by: account) }
    }

    private let taken = Mutex<[String: Int]>([:])

    /// A place for an account; nil where there is none.
    func take(by account: String) -> Place? {
        let isTaken = taken.withLock { taken in
            let own = taken[account, default: 0]
            guard own < Self.mostOfOne, taken.values.reduce(0, +) < Self.most else { return false }
            taken[account] = own + 1
            return true
        }
        return isTaken ? Place(self, account) : nil
    }

    private func giveBack(by account: String) {
        taken.withLock { taken in
            let left = taken[account, default: 0] - 1
            precondition(left >= 0, "PlacesAreTakenOnce: a place is given back by who took it")
            taken[account] = left == 0 ? nil : left
        }
    }

    /// How many follow the log now.
    var count: Int { taken.withLock { $0.values.reduce(0, +) } }
}
