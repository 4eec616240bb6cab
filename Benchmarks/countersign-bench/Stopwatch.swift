// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Dispatch
import Foundation

enum Stopwatch {
    /// Nanoseconds of a clock that never goes back.
    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    static var wallClock: UTCInstant {
        UTCInstant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    /// Seconds that something took.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = now
        try body()
        return Double(now - start) / 1e9
    }

    /// The median of the milliseconds that something took, done so many times, at least once.
    static func median(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        try (0..<max(1, rounds)).map { _ in try seconds(body) * 1000 }.median
    }
}

extension [UInt64] {
    /// The value below which this part of all values is, in microseconds; the receiver is sorted.
    func microseconds(at part: Double) -> Double {
        guard !isEmpty else { return 0 }
        return Double(self[Swift.min(count - 1, Int(Double(count) * part))]) / 1000
    }
}

extension [Double] {
    var median: Double {
        let sorted = sorted()
        guard let middle = sorted.dropFirst(count / 2).first else { return 0 }
        return middle
    }
}
