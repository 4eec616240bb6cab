// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Evidence

/// What an export keeps while it is written, as a file holds it.
final class KeptStates {
    var states: [[UInt8]] = []
    /// Windows that passed.
    var windows = 0

    /// - Parameter most: windows after which it pauses.
    func pace(from state: [UInt8]?, most: Int) throws -> ExportPace {
        ExportPace(
            state: try state.map {
                try JSONParser.parse($0, as: .canonical, deepest: 16)
            },
            progress: { _ in self.windows += 1 }, pauses: { self.windows >= most },
            keep: { self.states.append(CanonicalJSON.encode($0)) }, keepEvery: 1)
    }
}
