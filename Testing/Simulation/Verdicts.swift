// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What was found wrong. The first finding ends the simulation, as later ones may be its consequences.
final class Verdicts: Sendable {
    private let violation = Mutex<String?>(nil)

    var first: String? { violation.withLock { $0 } }

    func report(_ text: @autoclosure () -> String) {
        violation.withLock { $0 = $0 ?? text() }
    }
}
