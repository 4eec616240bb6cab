// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Ctrl-C, for commands whose work can be gone on with: the first one asks them to end in order, the second ends the
/// process at once.
package struct Interruption: Sendable {
    /// From here on, Ctrl-C asks.
    let begin: @Sendable () -> Void
    /// From here on, it ends the process as ever.
    let end: @Sendable () -> Void
    /// Whether it was asked.
    let isAsked: @Sendable () -> Bool

    package init(
        begin: @escaping @Sendable () -> Void, end: @escaping @Sendable () -> Void,
        isAsked: @escaping @Sendable () -> Bool
    ) {
        self.begin = begin
        self.end = end
        self.isAsked = isAsked
    }

    /// Nobody interrupts.
    package static let none = Interruption(begin: {}, end: {}, isAsked: { false })

    /// The terminal of this process does.
    static let process = Interruption(
        begin: {
            // Read here, so that it is made before a signal handler touches it.
            wasAsked.store(false, ordering: .relaxed)
            signal(SIGINT) { number in
                wasAsked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        },
        end: { signal(SIGINT, SIG_DFL) },
        isAsked: { wasAsked.load(ordering: .relaxed) })
}

/// Set by the signal handler, which may do no more than that.
private let wasAsked = Atomic(false)
