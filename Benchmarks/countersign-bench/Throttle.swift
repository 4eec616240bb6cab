// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Ledger

/// Limits how many records wait.
final class Throttle: ReplyPort {
    private let room = DispatchSemaphore(value: 8192)

    func enter() { room.wait() }

    func settle(_ outcomes: [Settlement]) {
        for told in outcomes { for _ in told.tickets { room.signal() } }
    }
}
