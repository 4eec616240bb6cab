// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// SplitMix64: the same numbers for the same seed.
extension SeededGenerator {
    mutating func duration(below most: Duration) -> Duration {
        most * Int.random(in: 0..<10_000, using: &self) / 10_000
    }
}

/// What the environment asks of a test that has a longer form.
enum Asked {
    /// COUNTERSIGN_SEED, or a fresh one.
    static func seed() throws -> UInt64 {
        try number("COUNTERSIGN_SEED") ?? UInt64.random(in: 0 ... .max)
    }

    static func number(_ name: String) throws -> UInt64? {
        guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
        guard let number = UInt64(text) else {
            throw ScenarioFault("\(name) is no number: \(text)")
        }
        return number
    }
}
